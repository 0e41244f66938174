namespace RetinaSharp.Detection.Configuration;

/// <summary>How a model is trained.</summary>
public sealed record TrainingSettings
{
    /// <summary>Batch to which <see cref="LearningRate"/> refers; other batches scale it.</summary>
    public const int ReferenceBatch = 16;

    private const int MaxImagesPerStep = 1 << 20;

    /// <summary>Passes over the training images.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>Images that go through the network together.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>
    /// Most parts of a batch that go through the network side by side, each with its share of the threads; see
    /// <see cref="EffectiveShards"/>.
    /// On a processor this is faster than giving all threads to one part, which wait for each other in every operator, and much
    /// faster where other programs run too. Batch norm's statistics are those of a part, so that the number is a setting
    /// of the run and does not follow from the machine.
    /// </summary>
    public int Shards { get; init; } = 1;

    /// <summary>Batches whose gradients make one step together.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>How weights are moved.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>Learning rate for 16 images a step; see <see cref="ScaledLearningRate"/>.</summary>
    public double LearningRate { get; init; } = .01;

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Whether scales and shifts of normalisations, and biases, decay too.</summary>
    public bool DecayNormsAndBiases { get; init; } = true;

    /// <summary>How the learning rate falls.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Step;

    /// <summary>Where the step schedule divides by ten, as shares of the whole training.</summary>
    public IReadOnlyList<double> Milestones { get; init; } = [2 / 3d, 8 / 9d];

    /// <summary>Steps over which the learning rate rises in a line from a thousandth; at most a tenth of the training is used for it.</summary>
    public int WarmUp { get; init; } = 500;

    /// <summary>Largest norm of the gradient; larger ones are scaled down. 0: none.</summary>
    public double Clip { get; init; } = 10;

    /// <summary>Share of the averaged weights that is kept at a step; the average is what is evaluated and saved. 0: none.</summary>
    public double Ema { get; init; } = .9998;

    /// <summary>Parts of the backbone that are not trained: 0 none, 1 the stem, 2 the stem and the first stage, to 5.</summary>
    public int Freeze { get; init; }

    /// <summary>Epochs without a better AP on the validation set after which training ends. 0: never.</summary>
    public int EarlyStop { get; init; }

    /// <summary>Seed of everything random.</summary>
    public long Seed { get; init; }

    /// <summary>Parts of a batch: the most, up to <see cref="Shards"/>, that divide it evenly.</summary>
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

    /// <summary>Images of one step.</summary>
    public int EffectiveBatch => Batch * Accumulate;

    /// <summary>
    /// The learning rate for the effective batch: proportional to it for SGD (Goyal et al.), to its root for AdamW, whose
    /// steps do not grow with the gradient.
    /// </summary>
    public double ScaledLearningRate
    {
        get
        {
            var factor = (double)EffectiveBatch / ReferenceBatch;
            return LearningRate * (Optimizer == OptimizerKind.Sgd ? factor : Math.Sqrt(factor));
        }
    }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public void Validate()
    {
        Require(Epochs >= 1, "Epochs", Epochs, "must be 1 or more");
        Require(Batch >= 1, "Batch", Batch, "must be 1 or more");
        Require(Shards is >= 1 and <= 256, "Shards", Shards, "must be from 1 to 256");
        Require(Accumulate >= 1, "Accumulate", Accumulate, "must be 1 or more");
        Require((long)Batch * Accumulate <= MaxImagesPerStep, "Batch times accumulate", (long)Batch * Accumulate, $"must be {MaxImagesPerStep} or less");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), "Learning rate", LearningRate, "must be above 0");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), "Weight decay", WeightDecay, "must be 0 or more");
        Require(Milestones.All(share => share is > 0 and < 1), "Milestones", string.Join(", ", Milestones), "must lie between 0 and 1");
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
