namespace RetinaSharp.Losses;

/// <summary>
/// Options of a loss: reduction, weights, ignored labels, label smoothing, threads. The default is an unweighted sum on all cores.
/// </summary>
public readonly ref struct LossOptions
{
    private readonly int? _ignoreLabel;

    /// <summary>What the sum of the losses is divided by.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>An additional divisor of loss and gradient, greater than 0; 0 means 1.</summary>
    public double Normalizer { get; init; }

    /// <summary>
    /// Label smoothing s in [0, 1]: a target y becomes <c>(1 - s) y + s / 2</c>, for <see cref="SoftmaxLoss"/> with C classes <c>(1 - s) y
    /// + s / C</c>.
    /// </summary>
    public double Smoothing { get; init; }

    /// <summary>α per class, each in [0, 1], which replaces the loss's own α; [classes], or empty for none.</summary>
    public ReadOnlySpan<float> ClassAlpha { get; init; }

    /// <summary>
    /// Finite weights that multiply the losses: [rows] or [rows, classes], for <see cref="SoftmaxLoss"/> [rows]; empty for none.
    /// </summary>
    public ReadOnlySpan<float> Weights { get; init; }

    /// <summary>Label of ignored rows, in addition to <see cref="SigmoidLoss.Ignore"/>. Ignored rows have loss 0 and gradient 0.</summary>
    public int IgnoreLabel { get => _ignoreLabel ?? SigmoidLoss.Ignore; init => _ignoreLabel = value; }

    /// <summary>Dense target that marks ignored logits, may be NaN; null for none. Not supported by <see cref="SoftmaxLoss"/>.</summary>
    public float? IgnoreTarget { get; init; }

    /// <summary>
    /// Added to each label that is not ignored, for <see cref="SoftmaxLoss"/> only: 1 turns the background label -1 into class 0.
    /// </summary>
    public int LabelOffset { get; init; }

    /// <summary>
    /// Whether to return a loss that is not finite. If false, it causes an <see cref="ArgumentException"/> that names the invalid element.
    /// </summary>
    public bool AllowsNonFinite { get; init; }

    /// <summary>Maximum number of threads; 0 means one per logical CPU. The result does not depend on it.</summary>
    public int Threads { get; init; }

    internal int ThreadCount => Threads == 0 ? Environment.ProcessorCount : Threads;

    internal double Divisor => Normalizer == 0 ? 1 : Normalizer;

    internal void Check()
    {
        if (!Enum.IsDefined(Reduction))
            throw new ArgumentOutOfRangeException(nameof(Reduction), Reduction, "unknown reduction");
        if (!(Normalizer >= 0 && double.IsFinite(Normalizer)))
            throw new ArgumentOutOfRangeException(nameof(Normalizer), Normalizer, "the normalizer must be finite and greater than 0, or 0 for none");
        if (Smoothing is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Smoothing), Smoothing, "label smoothing must be in [0, 1]");
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        for (var i = 0; i < ClassAlpha.Length; i++)
            if (ClassAlpha[i] is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(ClassAlpha), ClassAlpha[i], $"alpha of class {i} must be in [0, 1]");
    }
}
