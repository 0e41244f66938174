using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
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

    /// <summary>Custom backbone, neck and heads of the network.</summary>
    public NetworkComponents Network { get; init; } = NetworkComponents.BuiltIn;

    /// <summary>Labels anchors as positive, background or ignored; null: the assigner that the settings specify.</summary>
    public IAssigner? Assigner { get; init; }

    /// <summary>Selects the anchors that contribute to the classification loss, in training and validation; null: as the settings specify.</summary>
    public ISampler? Sampler { get; init; }

    /// <summary>
    /// The classification loss; null: the loss that the settings specify. Its logits are those of a sigmoid per class, or of a softmax if the settings have a
    /// background output.
    /// </summary>
    public IClassificationLoss? ClassificationLoss { get; init; }

    /// <summary>The box loss; null: the loss that the settings specify.</summary>
    public BoxLoss? BoxLoss { get; init; }

    /// <summary>Augmentations that are applied to training images before the built-in ones, in this order.</summary>
    public IReadOnlyList<IAugmentation> Augmentations { get; init; } = [];

    /// <summary>The learning rate schedule; null: the schedule that the settings specify.</summary>
    public ILearningRateSchedule? Schedule { get; init; }

    /// <summary>Receivers of the events of the training run, called in this order.</summary>
    public IReadOnlyList<ITrainingCallback> Callbacks { get; init; } = [];

    /// <summary>Validates the components with the settings that they are used with.</summary>
    /// <exception cref="ArgumentException">An assigner that uses the network's predictions cannot be combined with a sampler or a setting.</exception>
    internal void Validate(RunSettings settings)
    {
        var assigner = CreateAssigner(settings);
        if (!assigner.UsesPredictions)
            return;
        settings.ValidateForPredictions(assigner.GetType().Name);
        if (Sampler is not null)
            throw new ArgumentException($"{assigner.GetType().Name} with {Sampler.GetType().Name}: a sampler needs labels before the forward pass, and this assigner uses the predictions; leave out one of them.");
    }

    internal IAssigner CreateAssigner(RunSettings settings) => Assigner ?? Assignment.Assigner.Create(settings.Assigner);

    internal DetectionLoss CreateLoss(RunSettings settings) =>
        new(ClassificationLoss ?? Modeling.ClassificationLoss.Create(settings.Loss), BoxLoss ?? settings.Loss.BoxLoss, settings.Loss, settings.Model.BoxOutputs);

    /// <summary>Creates the steps of a training run, with its loss, assigner and sampler.</summary>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="state">Weights and optimizer state.</param>
    /// <param name="normalizer">Computes the normalizer of each step.</param>
    /// <param name="shards">Threads of the shards.</param>
    /// <param name="clock">Accumulates the time spent in each phase.</param>
    internal StepRunner CreateSteps(RunSettings settings, TrainingState state, StepNormalizer normalizer, ShardThreads shards, PhaseClock clock)
    {
        var (assigner, anchors) = (CreateAssigner(settings), new AnchorGenerator(settings.Model.Anchors));
        var assignment = assigner.UsesPredictions ? new PredictionAssignment(assigner, anchors, settings.Model.BoxOutputs) : null;
        var sampler = Sampler ?? AnchorSampler.Create(settings.Loss.Sampling, anchors, settings.Training.Seed, settings.Model.BoxOutputs);
        return new(settings.Training, state, CreateLoss(settings), normalizer, assignment, sampler, BoxWeighting.Create(settings), shards, clock);
    }
}
