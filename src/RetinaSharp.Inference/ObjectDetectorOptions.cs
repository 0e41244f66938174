using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference;

/// <summary>What a detector does differently from its model's settings.</summary>
public record ObjectDetectorOptions
{
    /// <summary>Size to which images are scaled; null: the model's.</summary>
    public InputSize? Input { get; init; }

    /// <summary>Lowest score, exclusive, in [0, 1); null: the model's.</summary>
    public double? ScoreThreshold { get; init; }

    /// <summary>IoU, in [0, 1], above which NMS drops the box with the lower score, within a class; null: the model's.</summary>
    public double? NmsIou { get; init; }

    /// <summary>Detections that are kept of an image, from 1; null: the model's, with <see cref="Tile"/> of each slice.</summary>
    public int? MaxDetections { get; init; }

    /// <summary>
    /// Sliced inference, for large images with small objects: side of the slices in pixels of the image, from 16. The network sees the whole image,
    /// for objects that fit into no slice, and each slice scaled to the input size. Null: the whole image alone.
    /// </summary>
    public int? Tile { get; init; }

    /// <summary>
    /// Part of a slice, in [0, .9], that the next one shows too. An object up to this size is whole in some slice; a larger one may be detected in
    /// pieces.
    /// </summary>
    public double TileOverlap { get; init; } = ViewPlanner.DefaultOverlap;

    /// <summary>
    /// Test-time augmentation: each image as it is and flipped, both at .8, 1 and 1.25 times the input size, and the detections fused. More exact, at
    /// about seven times the work. Not for classes that differ by left and right.
    /// </summary>
    public bool TestTimeAugmentation { get; init; }

    /// <summary>Checks the ranges of <see cref="Tile"/> and <see cref="TileOverlap"/>.</summary>
    /// <exception cref="ArgumentException">One of them is out of its range.</exception>
    public void ValidateTiles()
    {
        if (Tile is < 16)
            throw new ArgumentException($"Tiles of {Tile} pixels: 16 is the least.");
        if (TileOverlap is not (>= 0 and <= .9))
            throw new ArgumentException($"Tile overlap {TileOverlap}: it lies in [0, .9].");
    }

    /// <summary>A model's settings with these in their place.</summary>
    internal InferenceSettings Apply(InferenceSettings settings) => settings with
    {
        ScoreThreshold = ScoreThreshold ?? settings.ScoreThreshold,
        NmsIou = NmsIou ?? settings.NmsIou,
        MaxDetections = MaxDetections ?? settings.MaxDetections,
    };
}
