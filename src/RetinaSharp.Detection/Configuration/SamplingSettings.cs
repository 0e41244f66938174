namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Selects the anchors that the classification loss is computed on. Sampling is an alternative to the focal loss against the many
/// easy negatives. Anchors not selected are ignored; the box loss is unaffected.
/// </summary>
public sealed record SamplingSettings
{
    private const int MaxNegatives = 1000;

    /// <summary>The sampling method.</summary>
    public SamplingKind Kind { get; init; }

    /// <summary>
    /// Maximum number of sampled anchors per image, for <see cref="SamplingKind.Ohem"/> and <see cref="SamplingKind.Ratio"/>. With a
    /// <see cref="Ratio"/>, at most Batch / (1 + Ratio) positives are sampled.
    /// </summary>
    public int Batch { get; init; } = 128;

    /// <summary>IoU threshold of the NMS by loss, in [0, 1], for <see cref="SamplingKind.Ohem"/>.</summary>
    public double NmsIou { get; init; } = .5;

    /// <summary>
    /// Number of negatives per positive, from 1 to 1000; an image without positives gets as many as for one positive. Null, only with
    /// <see cref="SamplingKind.Ohem"/>: no fixed ratio, anchors are ranked by loss alone.
    /// </summary>
    public int? Ratio { get; init; }

    /// <summary>Maximum number of sampled positives per image.</summary>
    internal int MaxPositives => Kind == SamplingKind.HardNegative ? int.MaxValue : Batch / (1 + (Ratio ?? 0));

    /// <summary>Creates the usual settings of a sampling method: OHEM with 128 anchors and no ratio, the others with ratio 3; random sampling uses 256 anchors.</summary>
    /// <param name="kind">The sampling method.</param>
    public static SamplingSettings ForKind(SamplingKind kind) => kind switch
    {
        SamplingKind.Ratio => new() { Kind = kind, Batch = 256, Ratio = 3 },
        SamplingKind.HardNegative => new() { Kind = kind, Ratio = 3 },
        _ => new() { Kind = kind },
    };

    /// <summary>Validates all values.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names the setting and its range.</exception>
    public void Validate()
    {
        if (Batch < 1)
            throw new ArgumentException($"Sampling batch {Batch}: must be 1 or more.");
        if (!(NmsIou is >= 0 and <= 1))
            throw new ArgumentException($"Sampling NMS threshold {NmsIou}: must be in [0, 1].");
        if (Ratio is < 1 or > MaxNegatives)
            throw new ArgumentException($"Sampling ratio {Ratio}: must be from 1 to {MaxNegatives} negatives for each positive, or absent.");
        if (Ratio is null && Kind is SamplingKind.Ratio or SamplingKind.HardNegative)
            throw new ArgumentException($"Sampling {Kind} without a ratio: it needs the negatives for each positive, such as 3; only {SamplingKind.Ohem} does without.");
        if (MaxPositives == 0)
            throw new ArgumentException($"Sampling batch {Batch}: must be {1 + Ratio} or more, for a positive and its {Ratio} negatives.");
    }
}
