using RetinaSharp.Detection.Anchors;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Everything that decides what a training run does, apart from the data. The run folder keeps it as config.json.</summary>
public sealed record RunSettings
{
    /// <summary>The architecture.</summary>
    public ModelSettings Model { get; init; } = new();

    /// <summary>Size to which images are scaled.</summary>
    public InputSize Input { get; init; } = new(800, 1333);

    /// <summary>Which anchors learn which box.</summary>
    public AssignerSettings Assigner { get; init; } = new();

    /// <summary>How training images are varied.</summary>
    public AugmentationSettings Augmentation { get; init; } = new();

    /// <summary>What is minimised.</summary>
    public LossSettings Loss { get; init; } = new();

    /// <summary>How the weights are moved.</summary>
    public TrainingSettings Training { get; init; } = new();

    /// <summary>How outputs become detections.</summary>
    public InferenceSettings Inference { get; init; } = new();

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public void Validate()
    {
        Model.Validate();
        Input.Validate();
        Assigner.Validate();
        Augmentation.Validate();
        Loss.Validate();
        Training.Validate();
        Inference.Validate();
    }
}
