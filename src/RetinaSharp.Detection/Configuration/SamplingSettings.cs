using System.Text.Json.Serialization;

namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Settings of anchor sampling: which anchors the classification loss is computed on. Sampling is an alternative to the focal loss against the many easy
/// negatives. The classification loss ignores anchors that are not selected; the box loss is unaffected.
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

    /// <summary>
    /// For <see cref="SamplingKind.Ohem"/>: IoU threshold of the NMS, in [0, 1]. If the predicted boxes of two anchors overlap more, the anchor with the
    /// lower loss is not sampled.
    /// </summary>
    [JsonPropertyName("nmsIou")]
    public double NmsIouThreshold { get; init; } = .5;

    /// <summary>
    /// Number of sampled negatives per positive, from 1 to 1000. An image without positives gets as many negatives as one with a single positive. Null: no
    /// fixed ratio, anchors are ranked by loss alone; allowed only with <see cref="SamplingKind.Ohem"/>.
    /// </summary>
    public int? Ratio { get; init; }

    /// <summary>Maximum number of sampled positives per image.</summary>
    internal int MaxPositives => Kind == SamplingKind.HardNegative ? int.MaxValue : Batch / (1 + (Ratio ?? 0));

    /// <summary>
    /// Creates the usual settings of a sampling method: for OHEM 128 anchors and no ratio, for random sampling 256 anchors and ratio 3, for hard negative
    /// mining ratio 3.
    /// </summary>
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
        if (!(NmsIouThreshold is >= 0 and <= 1))
            throw new ArgumentException($"Sampling NMS threshold {NmsIouThreshold}: must be in [0, 1].");
        if (Ratio is < 1 or > MaxNegatives)
            throw new ArgumentException($"Sampling ratio {Ratio}: must be from 1 to {MaxNegatives} negatives for each positive, or absent.");
        if (Ratio is null && Kind is SamplingKind.Ratio or SamplingKind.HardNegative)
            throw new ArgumentException($"Sampling {Kind} without a ratio: it needs the negatives for each positive, such as 3; only {SamplingKind.Ohem} does without.");
        if (MaxPositives == 0)
            throw new ArgumentException($"Sampling batch {Batch}: must be {1 + Ratio} or more, for a positive and its {Ratio} negatives.");
    }
}
