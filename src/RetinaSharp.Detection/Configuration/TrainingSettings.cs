using RetinaSharp.Datasets;
using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Hyperparameters of a training run: optimizer, schedule, batch, EMA and early stopping.</summary>
public sealed record TrainingSettings
{
    /// <summary>
    /// The effective batch that <see cref="LearningRate"/> is meant for. For other sizes, <see cref="ScaledLearningRate"/> scales the learning rate.
    /// </summary>
    public const int ReferenceBatch = 16;

    private const int MaxImagesPerStep = 1 << 20;

    /// <summary>Number of epochs, at least 1.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>
    /// Threshold of repeat-factor sampling (Gupta et al., "LVIS"), in [0, 1]: an epoch uses images more often if they have a class that is in less than this
    /// fraction of the images, by the factor sqrt(threshold / fraction). 0: every image is used once.
    /// </summary>
    public double RepeatFactor { get; init; }

    /// <summary>
    /// Whether images are sampled so that an epoch shows every class equally often (Shen et al., "class-aware sampling"). For moderate imbalance,
    /// <see cref="RepeatFactor"/> overfits rare classes less.
    /// </summary>
    public bool ClassBalanced { get; init; }

    /// <summary>Number of images in a batch, at least 1. With <see cref="Accumulate"/>, an optimizer step uses several batches.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>
    /// Maximum number of shards, from 1 to 256; <see cref="EffectiveShards"/> is the number that is used. A batch is split into shards, which replicas of the
    /// network process in parallel, each with its share of the threads. On a CPU this is faster than using all threads for one batch, which must synchronize
    /// in every operator, and much faster on a machine that runs other programs too. Batch norm statistics are computed per shard, so the number of shards is
    /// a setting and does not depend on the machine.
    /// </summary>
    public int Shards { get; init; } = 1;

    /// <summary>Number of batches whose gradients are accumulated in one optimizer step, at least 1.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The optimizer.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>Learning rate for 16 images per optimizer step; see <see cref="ScaledLearningRate"/>.</summary>
    public double LearningRate { get; init; } = .01;

    /// <summary>
    /// Factor of the learning rate of the backbone, above 0 and at most 1. Below 1, pretrained weights change more slowly than the newly initialized neck and
    /// heads.
    /// </summary>
    public double BackboneLearningRate { get; init; } = 1;

    /// <summary>Weight decay, at least 0.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Whether weight decay also applies to normalization parameters and biases.</summary>
    public bool DecayNormsAndBiases { get; init; } = true;

    /// <summary>Learning rate schedule after the warm-up.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Step;

    /// <summary>Points at which the step schedule divides the learning rate by 10, as fractions of all steps, in (0, 1).</summary>
    public IReadOnlyList<double> Milestones { get; init; } = [2 / 3d, 8 / 9d];

    /// <summary>Exponent of the polynomial schedule, above 0.</summary>
    public double PolynomialPower { get; init; } = .9;

    /// <summary>Number of epochs without a higher validation AP after which the plateau schedule divides the learning rate by 10, at least 1.</summary>
    public int PlateauPatience { get; init; } = 3;

    /// <summary>
    /// Number W of warm-up steps, in which the learning rate increases linearly: step i, from 0, has .001 + .999 (i + 1) / W of its value. Limited to a tenth of all steps.
    /// </summary>
    public int WarmUp { get; init; } = 500;

    /// <summary>Maximum norm of all gradients together; larger gradients are scaled down to it. 0: no clipping.</summary>
    public double Clip { get; init; } = 10;

    /// <summary>Decay of the EMA weights per step, in [0, 1). If enabled, the EMA weights are evaluated and saved. 0: no EMA.</summary>
    public double Ema { get; init; } = .9998;

    /// <summary>Number of frozen parts of the backbone, from 0 to 5: 1 freezes the stem, 2 the stem and the first stage, and so on.</summary>
    public int Freeze { get; init; }

    /// <summary>Early stopping: training ends after this many epochs without a higher validation AP. 0: disabled.</summary>
    public int EarlyStop { get; init; }

    /// <summary>Seed of all random number generators.</summary>
    public long Seed { get; init; }

    /// <summary>Number of shards that a batch is split into: the largest divisor of <see cref="Batch"/> that does not exceed <see cref="Shards"/>.</summary>
    public int EffectiveShards
    {
        get
        {
            var shards = Math.Min(Shards, Batch);
            while (Batch % shards != 0)
                shards--;
            return shards;
        }
    }

    /// <summary>Checks that processes can share the shards of a batch equally.</summary>
    /// <param name="processes">Number of processes, at least 1.</param>
    /// <exception cref="ArgumentException"><see cref="EffectiveShards"/> is not a multiple of the number of processes.</exception>
    public void ValidateFor(int processes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(processes, 1);
        if (EffectiveShards % processes == 0)
            return;
        var divisors = Enumerable.Range(1, EffectiveShards).Where(number => EffectiveShards % number == 0);
        throw new ArgumentException(
            $"A batch of {Batch} images has {(EffectiveShards == 1 ? "1 shard" : $"{EffectiveShards} shards")}, which {processes} processes cannot share equally: start {string.Join(" or ", divisors)}, or choose a number of shards that is a multiple of {processes} and divides the batch.");
    }

    /// <summary>
    /// Returns settings for processes that share the shards of a batch equally: these, or if they cannot, with the smallest larger number of shards that is a multiple of the
    /// number of processes and divides the batch.
    /// </summary>
    /// <param name="processes">Number of processes, at least 1.</param>
    /// <exception cref="ArgumentException">There is no such number: the batch is not a multiple of the number of processes.</exception>
    public TrainingSettings SpreadOver(int processes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(processes, 1);
        if (EffectiveShards % processes == 0)
            return this;
        return Batch % processes == 0
            ? this with { Shards = Enumerable.Range(EffectiveShards, Batch - EffectiveShards + 1).First(shards => shards % processes == 0 && Batch % shards == 0) }
            : throw new ArgumentException($"A batch of {Batch} images cannot be shared equally by {processes} processes: choose a batch that is a multiple of {processes}.");
    }

    /// <summary>Images per optimizer step: <see cref="Batch"/> · <see cref="Accumulate"/>.</summary>
    public int EffectiveBatch => Batch * Accumulate;

    /// <summary>
    /// Learning rate for <see cref="EffectiveBatch"/> images per step. It is scaled linearly with the effective batch for SGD (Goyal et al.), and with its
    /// square root for AdamW.
    /// </summary>
    public double ScaledLearningRate
    {
        get
        {
            var factor = (double)EffectiveBatch / ReferenceBatch;
            return LearningRate * (Optimizer == OptimizerKind.Sgd ? factor : Math.Sqrt(factor));
        }
    }

    /// <summary>Number of samples of an epoch.</summary>
    /// <param name="samples">Images, or with <see cref="RunSettings.Tile"/> their slices.</param>
    internal int GetSamplesPerEpoch(DetectionDataset samples) => new EpochOrder(samples.Images.Count, ImageRepeats.Compute(samples, this), Seed).Count;

    /// <summary>Number of optimizer steps of an epoch. Samples that do not fill one more step are left out.</summary>
    /// <param name="samples">Images, or with <see cref="RunSettings.Tile"/> their slices.</param>
    internal int GetStepsPerEpoch(DetectionDataset samples) => Math.Max(1, GetSamplesPerEpoch(samples) / EffectiveBatch);

    /// <summary>Number of threads that LibTorch's operators use for each shard.</summary>
    /// <param name="threads">Number of threads of all shards together.</param>
    internal int GetThreadsPerShard(int threads) => Math.Max(1, threads / EffectiveShards);

    /// <summary>Validates all values.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names the setting and its range.</exception>
    public void Validate()
    {
        Require(Epochs >= 1, "Epochs", Epochs, "must be 1 or more");
        Require(RepeatFactor is >= 0 and <= 1, "Repeat factor", RepeatFactor, "must be from 0 to 1");
        Require(RepeatFactor == 0 || !ClassBalanced, "Repeat factor", RepeatFactor, "must be 0 with class-balanced sampling");
        Require(Batch >= 1, "Batch", Batch, "must be 1 or more");
        Require(Shards is >= 1 and <= 256, "Shards", Shards, "must be from 1 to 256");
        Require(Accumulate >= 1, "Accumulate", Accumulate, "must be 1 or more");
        Require((long)Batch * Accumulate <= MaxImagesPerStep, "Batch times accumulate", (long)Batch * Accumulate, $"must be {MaxImagesPerStep} or less");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), "Learning rate", LearningRate, "must be above 0");
        Require(BackboneLearningRate is > 0 and <= 1, "Backbone learning rate", BackboneLearningRate, "must be above 0 and at most 1, as a factor of the learning rate");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), "Weight decay", WeightDecay, "must be 0 or more");
        Require(Milestones.All(share => share is > 0 and < 1), "Milestones", string.Join(", ", Milestones), "must lie between 0 and 1");
        Require(PolynomialPower > 0 && double.IsFinite(PolynomialPower), "Polynomial power", PolynomialPower, "must be above 0");
        Require(PlateauPatience >= 1, "Plateau patience", PlateauPatience, "must be 1 or more");
        Require(WarmUp >= 0, "Warm-up", WarmUp, "must be 0 or more");
        Require(Clip >= 0, "Clip", Clip, "must be 0 or more");
        Require(Ema is >= 0 and < 1, "EMA", Ema, "must be from 0 to below 1");
        Require(Freeze is >= 0 and <= 5, "Freeze", Freeze, "must be from 0 to 5");
        Require(EarlyStop >= 0, "Early stop", EarlyStop, "must be 0 or more");
    }

    private static void Require(bool holds, string name, object value, string range)
    {
        if (!holds)
            throw new ArgumentException($"{name} {value}: {range}.");
    }
}
