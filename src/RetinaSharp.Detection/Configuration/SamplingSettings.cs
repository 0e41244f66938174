namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Which anchors of an image the classification loss is of: the other way, beside the focal loss, to keep the many easy
/// negatives from outweighing the rest. Anchors that are not chosen are ignored; the box loss is not touched.
/// </summary>
public sealed record SamplingSettings
{
    private const int MaxNegatives = 1000;

    /// <summary>How they are chosen.</summary>
    public SamplingKind Kind { get; init; }

    /// <summary>
    /// Most anchors of an image, for <see cref="SamplingKind.Ohem"/> and <see cref="SamplingKind.Ratio"/>. With a <see cref="Ratio"/>
    /// it holds for the positives: at most Batch / (1 + Ratio) of them are chosen.
    /// </summary>
    public int Batch { get; init; } = 128;

    /// <summary>IoU above which the box of a greater loss suppresses another, for <see cref="SamplingKind.Ohem"/>.</summary>
    public double NmsIou { get; init; } = .5;

    /// <summary>
    /// Negatives for each positive; an image without positives gets as many as for one. Null, with
    /// <see cref="SamplingKind.Ohem"/> alone: whatever the losses give.
    /// </summary>
    public int? Ratio { get; init; }

    /// <summary>Positives that are chosen of an image at most.</summary>
    internal int MaxPositives => Kind == SamplingKind.HardNegative ? int.MaxValue : Batch / (1 + (Ratio ?? 0));

    /// <summary>The settings that are usual for a kind: OHEM with 128 anchors and no ratio, the others with a ratio of 3, of 256 anchors if drawn at random.</summary>
    /// <param name="kind">The kind.</param>
    public static SamplingSettings ForKind(SamplingKind kind) => kind switch
    {
        SamplingKind.Ratio => new() { Kind = kind, Batch = 256, Ratio = 3 },
        SamplingKind.HardNegative => new() { Kind = kind, Ratio = 3 },
        _ => new() { Kind = kind },
    };

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
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
