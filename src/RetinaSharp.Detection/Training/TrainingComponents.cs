using RetinaSharp.Boxes;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Parts of training that an application brings. What is null is what the settings describe. A run that is resumed needs the same parts again; it cannot
/// check that, except for the network's.
/// </summary>
public sealed record TrainingComponents
{
    /// <summary>The built-in parts alone.</summary>
    public static TrainingComponents BuiltIn { get; } = new();

    /// <summary>Backbone, neck and heads.</summary>
    public NetworkComponents Network { get; init; } = NetworkComponents.BuiltIn;

    /// <summary>Labels anchors.</summary>
    public IAssigner? Assigner { get; init; }

    /// <summary>Chooses the anchors that contribute to the classification loss, in training and validation.</summary>
    public ISampler? Sampler { get; init; }

    /// <summary>The classification loss. Logits are those of a sigmoid for each class, unless the settings ask for a softmax.</summary>
    public IClassificationLoss? ClassificationLoss { get; init; }

    /// <summary>The box loss.</summary>
    public BoxLoss? BoxLoss { get; init; }

    /// <summary>Augmentations that run before the built-in ones, in this order.</summary>
    public IReadOnlyList<IAugmentation> Augmentations { get; init; } = [];

    /// <summary>The learning rate at every step.</summary>
    public ILearningRateSchedule? Schedule { get; init; }

    /// <summary>Called while training runs, in this order.</summary>
    public IReadOnlyList<ITrainingCallback> Callbacks { get; init; } = [];

    internal DetectionLoss CreateLoss(LossSettings settings) => new(ClassificationLoss ?? new ClassificationLoss(settings), BoxLoss ?? settings.BoxLoss, settings.BoxWeight);
}
