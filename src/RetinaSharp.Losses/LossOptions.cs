namespace RetinaSharp.Losses;

/// <summary>What may be set beside a loss, its logits and targets. The default is a plain sum on all cores.</summary>
public readonly ref struct LossOptions
{
    private readonly int? _ignoreLabel;

    /// <summary>By what the sum is divided.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>Divides loss and gradient besides, above 0; 0 stands for 1.</summary>
    public double Normalizer { get; init; }

    /// <summary>
    /// Label smoothing s in [0, 1]: a target y becomes <c>(1 - s) y + s / 2</c>, of <see cref="SoftmaxLoss"/> with C classes
    /// <c>(1 - s) y + s / C</c>.
    /// </summary>
    public double Smoothing { get; init; }

    /// <summary>α of each class, in [0, 1], in place of the loss's own; [classes], empty for none.</summary>
    public ReadOnlySpan<float> ClassAlpha { get; init; }

    /// <summary>Factors of the single losses, finite: [rows] or [rows, classes], for <see cref="SoftmaxLoss"/> [rows]; empty for none.</summary>
    public ReadOnlySpan<float> Weights { get; init; }

    /// <summary>Label of rows without a part in the loss, beside <see cref="SigmoidLoss.Ignore"/>; their gradient is 0.</summary>
    public int IgnoreLabel { get => _ignoreLabel ?? SigmoidLoss.Ignore; init => _ignoreLabel = value; }

    /// <summary>Dense target of what has no part in the loss, NaN too; null for none. Not for <see cref="SoftmaxLoss"/>.</summary>
    public float? IgnoreTarget { get; init; }

    /// <summary>Added to each label that is not ignored, for <see cref="SoftmaxLoss"/> alone: 1 makes the detector's background class 0.</summary>
    public int LabelOffset { get; init; }

    /// <summary>
    /// Whether a loss that is not finite is returned, for a caller that looks for it. Otherwise it is an
    /// <see cref="ArgumentException"/> that names the element at fault.
    /// </summary>
    public bool AllowsNonFinite { get; init; }

    /// <summary>Most threads to use; 0 is one for each processor. The result does not depend on it.</summary>
    public int Threads { get; init; }

    internal int ThreadCount => Threads == 0 ? Environment.ProcessorCount : Threads;

    internal double Divisor => Normalizer == 0 ? 1 : Normalizer;

    internal void Check()
    {
        if (!Enum.IsDefined(Reduction))
            throw new ArgumentOutOfRangeException(nameof(Reduction), Reduction, "unknown reduction");
        if (!(Normalizer >= 0 && double.IsFinite(Normalizer)))
            throw new ArgumentOutOfRangeException(nameof(Normalizer), Normalizer, "the normalizer is above 0 and finite, or 0 for none");
        if (Smoothing is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Smoothing), Smoothing, "label smoothing lies in [0, 1]");
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        for (var i = 0; i < ClassAlpha.Length; i++)
            if (ClassAlpha[i] is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(ClassAlpha), ClassAlpha[i], $"alpha of class {i} lies in [0, 1]");
    }
}
