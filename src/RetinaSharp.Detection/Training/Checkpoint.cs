using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Where a training is: all that decides how it goes on, apart from the tensors, always between two steps. What is drawn at random
/// follows from the seed and the number of the step, so that there is no generator to keep.
/// </summary>
internal sealed record Checkpoint
{
    /// <summary>Version of this description that this program writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the description.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Settings of the run.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary><see cref="DataIdentity.ComputeForTraining"/> of the training images.</summary>
    public required string TrainingData { get; init; }

    /// <summary><see cref="DataIdentity.ComputeForValidation"/> of the validation images; null without any.</summary>
    public string? ValidationData { get; init; }

    /// <summary>The model that the weights came from at the start, as the user named it; null: random weights.</summary>
    public string? Weights { get; init; }

    /// <summary>Number type of the computation.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Where it was computed, and with how many threads for each shard: on another machine sums may round otherwise.</summary>
    public required string Place { get; init; }

    /// <summary>Steps done; as many as the optimiser and the average have done.</summary>
    public long Step { get; init; }

    /// <summary>Epochs done, with their validation.</summary>
    public int Epoch { get; init; }

    /// <summary>The moving average of <see cref="NormalizerKind.MovingAverage"/>; what it is with the others does not matter.</summary>
    public double Normalizer { get; init; }

    /// <summary>Losses of the epoch at hand, so far.</summary>
    public LossSums Losses { get; init; }

    /// <summary>Anchors of the epoch at hand, so far.</summary>
    public AnchorSums Anchors { get; init; }

    /// <summary>Figures of the best epoch; null where there is none yet.</summary>
    public CocoSummary? Best { get; init; }

    /// <summary>The best epoch, from 1; 0 where there is none yet.</summary>
    public int BestEpoch { get; init; }

    /// <summary>The epoch from which early stopping counts, where the run was extended then.</summary>
    public int PatienceFrom { get; init; }

    /// <summary>Time trained so far, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether the training ended before its last epoch because it no longer got better.</summary>
    public bool IsStopped => Settings.Training.EarlyStop > 0 && ValidationData is not null && Epoch - Math.Max(BestEpoch, PatienceFrom) >= Settings.Training.EarlyStop;

    /// <summary>Whether there is nothing left to train.</summary>
    public bool IsFinished => Epoch >= Settings.Training.Epochs || IsStopped;

    /// <summary>Whether a run asks for more epochs than this checkpoint's.</summary>
    /// <param name="start">The checkpoint with which that run would start.</param>
    public bool Extends(Checkpoint start) => start.Settings.Training.Epochs > Settings.Training.Epochs;

    /// <summary>This checkpoint with the epochs of a run that extends it.</summary>
    /// <param name="start">The checkpoint with which that run would start.</param>
    public Checkpoint ExtendedTo(Checkpoint start) => this with { Settings = start.Settings, PatienceFrom = Epoch };

    /// <summary>Why this checkpoint is none of a training that is asked for; null where it is.</summary>
    /// <param name="start">The checkpoint with which that training would start.</param>
    public string? Objection(Checkpoint start)
    {
        var differences = SettingsJson.Differences(Settings, Extends(start) ? start.Settings with { Training = start.Settings.Training with { Epochs = Settings.Training.Epochs } } : start.Settings);
        if (differences.Count > 0)
            return $"its training has other settings: {string.Join("; ", differences)}";
        if (TrainingData != start.TrainingData)
            return "it was trained on other data: the training images, their boxes or their classes have changed";
        if (ValidationData != start.ValidationData)
            return "its best epoch was chosen on other data: the validation images or their boxes have changed, or were left out";
        if (start.Precision != Precision.Auto && Precision != start.Precision)
            return $"it was trained in {Precision}, not in {start.Precision}";
        if (start.Weights is not null && Weights != start.Weights)
            return $"its training started from {Weights ?? "random weights"}, not from {start.Weights}";
        return null;
    }
}
