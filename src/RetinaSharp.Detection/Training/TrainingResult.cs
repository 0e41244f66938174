using RetinaSharp.Evaluation;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Training;

/// <summary>How a training ended.</summary>
/// <param name="Steps">Steps done.</param>
/// <param name="Epochs">Epochs done.</param>
/// <param name="Best">Figures of the best epoch on the validation set; null without one.</param>
/// <param name="BestEpoch">That epoch, from 1; 0 without one.</param>
/// <param name="Duration">Time taken, by all sessions of a training that was resumed.</param>
/// <param name="IsCancelled">Whether it was stopped before its end.</param>
public sealed record TrainingResult(long Steps, int Epochs, CocoSummary? Best, int BestEpoch, TimeSpan Duration, bool IsCancelled)
{
    /// <summary>Why a callback stopped the run; null where none did.</summary>
    public string? StopReason { get; init; }

    /// <summary>What the best epoch found on the validation set; null without one, or where that epoch was of a session before this.</summary>
    public SetEvaluation? BestEvaluation { get; init; }
}
