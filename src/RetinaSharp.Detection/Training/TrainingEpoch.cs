namespace RetinaSharp.Detection.Training;

/// <summary>An epoch was done.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">Epochs of the whole training.</param>
/// <param name="Classification">Mean classification loss.</param>
/// <param name="Box">Mean box loss.</param>
/// <param name="Validation">Losses and COCO figures on the validation set; null without one.</param>
/// <param name="IsBest">Whether it has the best AP so far.</param>
/// <param name="Elapsed">Time trained, by all sessions of a training that was resumed.</param>
public sealed record TrainingEpoch(int Epoch, int Epochs, double Classification, double Box, ValidationResult? Validation, bool IsBest, TimeSpan Elapsed) : TrainingProgress
{
    /// <summary>Steps done.</summary>
    public long Step { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Anchors with a class, over all images of the epoch; before any sampling.</summary>
    public long PositiveAnchors { get; init; }

    /// <summary>Their share among the anchors that are not ignored, 0 to 1.</summary>
    public double PositiveShare { get; init; }

    /// <summary>Where the time of the epoch went: seconds by phase.</summary>
    public IReadOnlyDictionary<string, double> Phases { get; init; } = new Dictionary<string, double>();
}
