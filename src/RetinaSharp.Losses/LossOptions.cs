namespace RetinaSharp.Losses;

/// <summary>
/// Options of a loss over a matrix of logits [rows, classes], where a row has the logits of one anchor. The default is the unweighted sum
/// of the losses, computed on all cores.
/// </summary>
public readonly ref struct LossOptions
{
    private readonly int? _ignoreLabel;

    /// <summary>What the sum of the losses is divided by, in addition to <see cref="Normalizer"/>.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>
    /// A number that loss and gradient are divided by, in addition to <see cref="Reduction"/>; greater than 0, or 0 for no division.
    /// </summary>
    public double Normalizer { get; init; }

    /// <summary>
    /// Label smoothing s in [0, 1]. A target y becomes <c>(1 - s) y + s / 2</c>; for <see cref="SoftmaxLoss"/> with C classes it becomes
    /// <c>(1 - s) y + s / C</c>.
    /// </summary>
    public double Smoothing { get; init; }

    /// <summary>
    /// The weight α of each class, [classes], each in [0, 1]. It replaces the α of the loss. Empty: the α of the loss applies. In a
    /// <see cref="SigmoidLoss"/>, the logits of class c have weight α_c where their target is 1, and 1 - α_c where it is 0; in a <see cref="SoftmaxLoss"/>,
    /// rows of class c have weight α_c.
    /// </summary>
    public ReadOnlySpan<float> ClassAlpha { get; init; }

    /// <summary>
    /// Finite weights that the losses are multiplied by: [rows] or [rows, classes]; for <see cref="SoftmaxLoss"/> only [rows]. Empty for
    /// none. A row's weight multiplies the losses of all its classes, as in the class-balanced loss, see <see cref="ClassBalance"/>.
    /// </summary>
    public ReadOnlySpan<float> Weights { get; init; }

    /// <summary>
    /// A label that marks a row as ignored, in addition to <see cref="SigmoidLoss.Ignore"/>. Ignored rows have loss 0 and gradient 0.
    /// </summary>
    public int IgnoreLabel { get => _ignoreLabel ?? SigmoidLoss.Ignore; init => _ignoreLabel = value; }

    /// <summary>
    /// The value of a dense target that marks a logit as ignored; it may be NaN. Null for none. Not supported by <see cref="SoftmaxLoss"/>.
    /// </summary>
    public float? IgnoreTarget { get; init; }

    /// <summary>
    /// A number that is added to each label that is not ignored, for <see cref="SoftmaxLoss"/> only: 1 turns the background label -1 into
    /// class 0.
    /// </summary>
    public int LabelOffset { get; init; }

    /// <summary>
    /// Whether a loss that is not finite is returned. If false, it causes an <see cref="ArgumentException"/> that names the first invalid
    /// element. Only the loss is checked: ignored logits, and infinite ones whose loss is finite, such as -∞ with target 0, are not noticed.
    /// </summary>
    public bool AllowsNonFinite { get; init; }

    /// <summary>Maximum number of threads; 0 means one per logical CPU. The loss does not depend on it.</summary>
    public int Threads { get; init; }

    internal int ThreadCount => Threads == 0 ? Environment.ProcessorCount : Threads;

    internal double Divisor => Normalizer == 0 ? 1 : Normalizer;

    internal void Validate()
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
