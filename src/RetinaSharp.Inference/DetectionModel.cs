using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Inference;

/// <summary>Properties of a detection network that preprocessing and postprocessing need.</summary>
public sealed record DetectionModel
{
    /// <summary>The categories that the network detects, in the order of its logits.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary>Settings from which the anchors of the network are generated. Used for an <see cref="IHeadOutput"/> only.</summary>
    public AnchorSettings Anchors { get; init; } = new();

    /// <summary>Meaning of the regression head's outputs; by default, box deltas. Used for an <see cref="IHeadOutput"/> only.</summary>
    public BoxHeadOutputs BoxOutputs { get; init; } = BoxHeadOutputs.Delta;

    /// <summary>Default size that images are scaled to; <see cref="ObjectDetectorOptions.Input"/> overrides it.</summary>
    public required InputSize Input { get; init; }

    /// <summary>
    /// Side in pixels of the slices that the network was trained on, which is also the default for inference; <see cref="ObjectDetectorOptions.Tile"/>
    /// overrides it. Null: whole images.
    /// </summary>
    public int? Tile { get; init; }

    /// <summary>Default thresholds and limits of postprocessing; <see cref="ObjectDetectorOptions"/> overrides them.</summary>
    public InferenceSettings Inference { get; init; } = new();
}
