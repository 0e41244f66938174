namespace RetinaSharp.Detection.Training;

/// <summary>Progress report after an epoch.</summary>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="Epochs">Number of epochs of the whole run.</param>
/// <param name="Classification">Mean classification loss of the training steps.</param>
/// <param name="Box">Mean box loss of the training steps.</param>
/// <param name="Validation">Losses and COCO metrics on the validation set; null without a validation set.</param>
/// <param name="IsBest">Whether the epoch has the best validation AP so far.</param>
/// <param name="Elapsed">Total training time, over all sessions if the run was resumed.</param>
public sealed record TrainingEpoch(int Epoch, int Epochs, double Classification, double Box, ValidationResult? Validation, bool IsBest, TimeSpan Elapsed) : TrainingProgress
{
    /// <summary>Number of steps done since the start of the run.</summary>
    public long Step { get; init; }

    /// <summary>Learning rate of the last step of the epoch.</summary>
    public double LearningRate { get; init; }

    /// <summary>Number of positive anchors, over all images of the epoch, before any sampling.</summary>
    public long PositiveAnchors { get; init; }

    /// <summary>Fraction of positive anchors among the positive and background anchors of the epoch, in [0, 1].</summary>
    public double PositiveShare { get; init; }

    /// <summary>Seconds spent in each phase of the epoch, such as data, forward and backward.</summary>
    public IReadOnlyDictionary<string, double> Phases { get; init; } = new Dictionary<string, double>();
}
