using System.Text.Json.Serialization;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The state of a training run between two steps, except for its tensors (<see cref="TrainingState"/>): everything needed to resume. There is no
/// random generator state, because all random draws are functions of the seed and the step number.
/// </summary>
internal sealed record Checkpoint
{
    /// <summary>Version of the checkpoint format that this library writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the checkpoint format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Settings of the run.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary><see cref="DataIdentity.ComputeForTraining"/> of the training images.</summary>
    public required string TrainingData { get; init; }

    /// <summary><see cref="DataIdentity.ComputeForValidation"/> of the validation images; null without a validation set.</summary>
    public string? ValidationData { get; init; }

    /// <summary>Source of the initial weights, as given in <see cref="TrainerOptions.Weights"/>; null for random weights.</summary>
    public string? Weights { get; init; }

    /// <summary>Number type of the network's computation.</summary>
    public required Precision Precision { get; init; }

    /// <summary>LibTorch version, device and threads per shard. If they change, sums may round differently.</summary>
    [JsonPropertyName("place")]
    public required string ComputedOn { get; init; }

    /// <summary>Optimizer steps done, which is also the number of EMA updates.</summary>
    public long Step { get; init; }

    /// <summary>Epochs completed, including their validation.</summary>
    public int Epoch { get; init; }

    /// <summary>The moving average of <see cref="NormalizerKind.MovingAverage"/>; unused with other normalizers.</summary>
    public double Normalizer { get; init; }

    /// <summary>Losses of the current epoch so far.</summary>
    public LossSums Losses { get; init; }

    /// <summary>Anchor counts of the current epoch so far.</summary>
    public AnchorSums Anchors { get; init; }

    /// <summary>COCO metrics of the best epoch; null before the first validation.</summary>
    public CocoSummary? Best { get; init; }

    /// <summary>The epoch with the best AP, from 1; 0 before the first validation.</summary>
    public int BestEpoch { get; init; }

    /// <summary>The epoch after which the run was extended to more epochs, where early stopping starts counting again; 0 if it was not.</summary>
    public int PatienceFrom { get; init; }

    /// <summary>Training time so far, over all sessions, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether early stopping ended the run: AP has not improved for the configured number of epochs.</summary>
    public bool IsStopped => Settings.Training.EarlyStop > 0 && ValidationData is not null && Epoch - Math.Max(BestEpoch, PatienceFrom) >= Settings.Training.EarlyStop;

    /// <summary>Whether the run is complete: all epochs are done, or early stopping ended it.</summary>
    public bool IsFinished => Epoch >= Settings.Training.Epochs || IsStopped;

    /// <summary>Whether a requested run has more epochs than the settings of this checkpoint.</summary>
    /// <param name="start">The initial checkpoint of the requested run.</param>
    public bool Extends(Checkpoint start) => start.Settings.Training.Epochs > Settings.Training.Epochs;

    /// <summary>Returns this checkpoint with the settings of a requested run that has more epochs.</summary>
    /// <param name="start">The initial checkpoint of the requested run.</param>
    public Checkpoint ExtendedTo(Checkpoint start) => this with { Settings = start.Settings, PatienceFrom = Epoch };

    /// <summary>Returns the reason why a requested run cannot resume from this checkpoint; null if it can.</summary>
    /// <param name="start">The initial checkpoint of the requested run.</param>
    public string? Objection(Checkpoint start)
    {
        var differences = SettingsJson.Differences(Settings, Extends(start) ? start.Settings with { Training = start.Settings.Training with { Epochs = Settings.Training.Epochs } } : start.Settings);
        if (differences.Count > 0)
            return $"its run has different settings: {string.Join("; ", differences)}";
        if (TrainingData != start.TrainingData)
            return "it was trained on different data: the training images, their boxes or their classes have changed";
        if (ValidationData != start.ValidationData)
            return "its best epoch was selected on different data: the validation images or their boxes have changed, or there are none now";
        if (start.Precision != Precision.Auto && Precision != start.Precision)
            return $"it was trained in {Precision}, not in {start.Precision}";
        if (start.Weights is not null && Weights != start.Weights)
            return $"its run started from {Weights ?? "random weights"}, not from {start.Weights}";
        return null;
    }
}
