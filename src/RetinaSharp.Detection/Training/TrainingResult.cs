using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Training;

/// <summary>The result of a training run, whether it is complete, stopped early or canceled.</summary>
/// <param name="Steps">Number of optimizer steps done, over all sessions if the run was resumed.</param>
/// <param name="Epochs">Number of epochs completed.</param>
/// <param name="Best">COCO metrics of the best epoch on the validation set; null without a validation set.</param>
/// <param name="BestEpoch">Number of the epoch with the best AP, from 1; 0 without a validation set.</param>
/// <param name="Duration">Total training time, over all sessions if the run was resumed.</param>
/// <param name="IsCanceled">Whether the run was canceled before its end.</param>
public sealed record TrainingResult(long Steps, int Epochs, CocoSummary? Best, int BestEpoch, TimeSpan Duration, bool IsCanceled)
{
    /// <summary>The reason why a callback stopped the run; null if none did.</summary>
    public string? StopReason { get; init; }

    /// <summary>
    /// Detections and COCO metrics of the best epoch on the validation set; null without a validation set, or if that epoch was trained in an earlier
    /// session.
    /// </summary>
    public DatasetEvaluation? BestEvaluation { get; init; }

    /// <summary>
    /// The validation set as it was used: with the classes of the training set, and without images that were skipped. Null without a validation set.
    /// </summary>
    public DetectionDataset? ValidationSet { get; init; }

    /// <summary>Images of the training and the validation set that were left out (<see cref="TrainerOptions.SkipBadImages"/>).</summary>
    public IReadOnlyList<BadImage> SkippedImages { get; init; } = [];
}
