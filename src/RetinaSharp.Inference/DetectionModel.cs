using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Inference;

/// <summary>Properties of a network that preprocessing and postprocessing need.</summary>
public sealed record DetectionModel
{
    /// <summary>The categories, in the order of the logits.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary>Anchor settings of the network.</summary>
    public required AnchorSettings Anchors { get; init; }

    /// <summary>Default input size that images are scaled to; <see cref="ObjectDetectorOptions.Input"/> overrides it.</summary>
    public required InputSize Input { get; init; }

    /// <summary>Default thresholds and limits of postprocessing; <see cref="ObjectDetectorOptions"/> overrides them.</summary>
    public InferenceSettings Inference { get; init; } = new();
}
