using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Inference;

/// <summary>What preprocessing and postprocessing need to know of a network.</summary>
public sealed record DetectionModel
{
    /// <summary>The categories, in the order of the logits.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary>The anchors of each pyramid level.</summary>
    public required AnchorSettings Anchors { get; init; }

    /// <summary>Size to which images are scaled, unless the detector is given another.</summary>
    public required InputSize Input { get; init; }

    /// <summary>How outputs become detections, unless the detector is given something else.</summary>
    public InferenceSettings Inference { get; init; } = new();
}
