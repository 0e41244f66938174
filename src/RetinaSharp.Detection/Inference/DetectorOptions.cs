using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Where a detector runs, and what it does otherwise than the model says.</summary>
public sealed record DetectorOptions
{
    /// <summary>Where the network is computed; null: on the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Parts of the network that the application brings, as in training; null: the built-in ones.</summary>
    public NetworkComponents? Components { get; init; }

    /// <summary>Number type of the network's computation.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Threads that one call computes with; 0: one for each processor. Calls go through the network side by side as far as the
    /// processors suffice, so fewer threads mean more calls at a time: better for many callers, slower for each.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>Size to which images are scaled; null: the model's.</summary>
    public InputSize? Input { get; init; }

    /// <summary>Scores up to this are left out; null: the model's.</summary>
    public double? ScoreThreshold { get; init; }

    /// <summary>IoU above which a box suppresses another of its class; null: the model's.</summary>
    public double? NmsIou { get; init; }

    /// <summary>Detections kept for an image; null: the model's, with <see cref="Tile"/> for each tile.</summary>
    public int? MaxDetections { get; init; }

    /// <summary>
    /// For large images with small objects: side of the tiles in pixels of the image, from 16. Besides the whole image, which is for objects that
    /// fit into no tile, the network sees every tile by itself, scaled to its input size; null: the whole image alone.
    /// </summary>
    public int? Tile { get; init; }

    /// <summary>
    /// Part of a tile that the next one shows too, in [0, .9]. An object up to this size is whole in some tile; a larger one may be found in
    /// pieces.
    /// </summary>
    public double TileOverlap { get; init; } = ViewPlanner.DefaultOverlap;

    /// <summary>
    /// Whether every image is shown as it is and mirrored, each at .8, 1 and 1.25 times the input size, and what is found is fused: more exact, and
    /// some seven times as much work. Not for what left and right tell apart.
    /// </summary>
    public bool TestTimeAugmentation { get; init; }

    /// <summary>Refuses tiles out of their range.</summary>
    /// <exception cref="ArgumentException"><see cref="Tile"/> or <see cref="TileOverlap"/> is out of its range.</exception>
    public void ValidateTiles()
    {
        if (Tile is < 16)
            throw new ArgumentException($"Tiles of {Tile} pixels: 16 is the least.");
        if (TileOverlap is not (>= 0 and <= .9))
            throw new ArgumentException($"Tile overlap {TileOverlap}: it lies in [0, .9].");
    }
}
