using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Where a detector runs, and what it does otherwise than the model says.</summary>
public sealed record DetectorOptions
{
    /// <summary>Where the network is computed.</summary>
    public Device Device { get; init; }

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

    /// <summary>Detections kept for an image; null: the model's.</summary>
    public int? MaxDetections { get; init; }
}
