using System.Text.Json.Serialization;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The state of a training run between two steps, as far as it is not in tensors (see <see cref="TrainingState"/>). Together they are all that is needed to
/// resume. There is no random generator state, because all random draws are functions of the seed and the step number.
/// </summary>
internal sealed record Checkpoint
{
    /// <summary>Version of the checkpoint format that this library writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the checkpoint format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Settings of the run.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>Digest of the training images and their boxes, from <see cref="DatasetDigest.ComputeForTraining"/>.</summary>
    public required string TrainingData { get; init; }

    /// <summary>
    /// Digest of the validation images and their boxes, from <see cref="DatasetDigest.ComputeForValidation"/>; null without a validation set.
    /// </summary>
    public string? ValidationData { get; init; }

    /// <summary>Source of the initial weights in checkpoints of earlier versions, which it is read from. Now it is <see cref="RunSettings.Weights"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Weights { get; init; }

    /// <summary>
    /// Precision of the network's computation. In the initial checkpoint of a requested run it is as requested, which may be Auto; in a saved checkpoint it
    /// is fp32 or bf16.
    /// </summary>
    public required Precision Precision { get; init; }

    /// <summary>
    /// LibTorch version, device and number of threads per shard of a batch, as text. If one of them differs when the run resumes, sums may round differently.
    /// </summary>
    [JsonPropertyName("place")]
    public required string ComputedOn { get; init; }

    /// <summary>Number of optimizer steps done, which is also the number of EMA updates.</summary>
    public long Step { get; init; }

    /// <summary>Number of epochs completed, including their validation.</summary>
    public int Epoch { get; init; }

    /// <summary>
    /// Moving average of the number of positive anchors per step, for <see cref="NormalizerKind.MovingAverage"/>; unused with other normalizers.
    /// </summary>
    public double Normalizer { get; init; }

    /// <summary>Statistics of a loss that adapts to the classes, such as equalized focal loss; empty for other losses.</summary>
    public IReadOnlyList<double> LossStatistics { get; init; } = [];

    /// <summary>Losses, summed over the steps of the current epoch so far.</summary>
    public LossSums Losses { get; init; }

    /// <summary>Numbers of positive and of non-ignored anchors, summed over the steps of the current epoch so far.</summary>
    public AnchorSums Anchors { get; init; }

    /// <summary>COCO metrics of the best epoch; null before the first validation.</summary>
    public CocoSummary? Best { get; init; }

    /// <summary>The epoch with the best AP, from 1; 0 before the first validation.</summary>
    public int BestEpoch { get; init; }

    /// <summary>
    /// Number of completed epochs at which the run was extended to more epochs; early stopping starts counting again there. 0 if the run was not extended.
    /// </summary>
    [JsonPropertyName("patienceFrom")]
    public int ExtendedAtEpoch { get; init; }

    /// <summary>Number of times that <see cref="ScheduleKind.Plateau"/> has divided the learning rate by 10.</summary>
    public int Reductions { get; init; }

    /// <summary>Number of completed epochs at the last of <see cref="Reductions"/>; 0 before the first.</summary>
    public int ReducedAtEpoch { get; init; }

    /// <summary>Training time so far in seconds, over all sessions of a run that was resumed.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether early stopping ended the run: AP has not improved for the configured number of epochs.</summary>
    public bool IsStopped => Settings.Training.EarlyStop > 0 && ValidationData is not null && Epoch - Math.Max(BestEpoch, ExtendedAtEpoch) >= Settings.Training.EarlyStop;

    /// <summary>Whether the run is complete: all epochs are done, or early stopping ended it.</summary>
    public bool IsFinished => Epoch >= Settings.Training.Epochs || IsStopped;

    /// <summary>Factor of the learning rate that <see cref="ScheduleKind.Plateau"/> has reached.</summary>
    public double PlateauFactor => Math.Pow(.1, Reductions);

    /// <summary>Divides the learning rate if the schedule is <see cref="ScheduleKind.Plateau"/> and AP has not improved for the configured number of epochs.</summary>
    public Checkpoint ReducedOnPlateau() =>
        Settings.Training.Schedule == ScheduleKind.Plateau && Epoch - Math.Max(BestEpoch, ReducedAtEpoch) >= Settings.Training.PlateauPatience
            ? this with { Reductions = Reductions + 1, ReducedAtEpoch = Epoch }
            : this;

    /// <summary>Returns whether a requested run has more epochs than this checkpoint's run, which it then extends.</summary>
    /// <param name="start">The initial checkpoint of the requested run, which has its settings and data.</param>
    public bool IsExtendedBy(Checkpoint start) => start.Settings.Training.Epochs > Settings.Training.Epochs;

    /// <summary>Returns this checkpoint with the settings of a requested run, which has more epochs.</summary>
    /// <param name="start">The initial checkpoint of the requested run, which has its settings and data.</param>
    public Checkpoint ExtendedTo(Checkpoint start) => this with { Settings = start.Settings, ExtendedAtEpoch = Epoch };

    /// <summary>Returns the reason why a requested run cannot resume from this checkpoint; null if it can.</summary>
    /// <param name="start">The initial checkpoint of the requested run, which has its settings and data.</param>
    public string? FindMismatch(Checkpoint start)
    {
        var differences = SettingsJson.Differences(Settings, IsExtendedBy(start) ? start.Settings with { Training = start.Settings.Training with { Epochs = Settings.Training.Epochs } } : start.Settings);
        if (differences.Count > 0)
            return $"its run has different settings: {string.Join("; ", differences)}";
        if (TrainingData != start.TrainingData)
            return "it was trained on different data: the training images, their boxes or their classes have changed";
        if (ValidationData != start.ValidationData)
            return "its best epoch was selected on different data: the validation images or their boxes have changed, or there are none now";
        if (start.Precision != Precision.Auto && Precision != start.Precision)
            return $"it was trained in {Precision}, not in {start.Precision}";
        return null;
    }
}
