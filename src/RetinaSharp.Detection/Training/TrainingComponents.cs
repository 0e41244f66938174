using RetinaSharp.Boxes;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Custom components of a training run. For a property that is null, the built-in component is created from the settings. A resumed run needs the same
/// components; this is checked for the network only.
/// </summary>
public sealed record TrainingComponents
{
    /// <summary>No custom components.</summary>
    public static TrainingComponents BuiltIn { get; } = new();

    /// <summary>Backbone, neck and heads.</summary>
    public NetworkComponents Network { get; init; } = NetworkComponents.BuiltIn;

    /// <summary>Labels anchors as a class, background or ignored.</summary>
    public IAssigner? Assigner { get; init; }

    /// <summary>Selects the anchors that contribute to the classification loss, in training and validation.</summary>
    public ISampler? Sampler { get; init; }

    /// <summary>The classification loss. Logits are for a sigmoid per class, or for a softmax if the settings say so.</summary>
    public IClassificationLoss? ClassificationLoss { get; init; }

    /// <summary>The box loss.</summary>
    public BoxLoss? BoxLoss { get; init; }

    /// <summary>Augmentations that run before the built-in ones, in this order.</summary>
    public IReadOnlyList<IAugmentation> Augmentations { get; init; } = [];

    /// <summary>The learning rate schedule.</summary>
    public ILearningRateSchedule? Schedule { get; init; }

    /// <summary>Callbacks, called in this order during training.</summary>
    public IReadOnlyList<ITrainingCallback> Callbacks { get; init; } = [];

    internal DetectionLoss CreateLoss(LossSettings settings) => new(ClassificationLoss ?? Modeling.ClassificationLoss.Create(settings), BoxLoss ?? settings.BoxLoss, settings.BoxWeight);
}
