namespace RetinaSharp.Detection.Anchors;

/// <summary>What makes an anchor positive, background or ignored. The default is the paper's, with more low-quality matches.</summary>
public sealed record AssignerSettings
{
    /// <summary>IoU with its best box from which an anchor is positive.</summary>
    public double ForegroundIou { get; init; } = .5;

    /// <summary>IoU with its best box below which an anchor is background; between the two it is ignored.</summary>
    public double BackgroundIou { get; init; } = .4;

    /// <summary>
    /// IoU from which the best anchors of a box are positive even below <see cref="ForegroundIou"/>; null never. 0 is torchvision's
    /// rule, by which a box that overlaps no anchor makes every anchor positive.
    /// </summary>
    public double? LowQualityFloor { get; init; } = .2;

    /// <summary>Part of an anchor's area within an ignore box from which it is ignored rather than background.</summary>
    public double IgnoreCoverage { get; init; } = .5;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public void Validate()
    {
        if (!(BackgroundIou >= 0 && BackgroundIou <= ForegroundIou && ForegroundIou is > 0 and <= 1))
            throw new ArgumentException($"IoU thresholds {BackgroundIou} and {ForegroundIou}: 0 <= background <= foreground <= 1 is needed, foreground above 0", nameof(BackgroundIou));
        if (LowQualityFloor is not (null or (>= 0 and <= 1)))
            throw new ArgumentException($"{nameof(LowQualityFloor)} {LowQualityFloor}: it lies in [0, 1], or is null for no such matches", nameof(LowQualityFloor));
        if (IgnoreCoverage is not (> 0 and <= 1))
            throw new ArgumentException($"{nameof(IgnoreCoverage)} {IgnoreCoverage}: it lies above 0, up to 1", nameof(IgnoreCoverage));
    }
}
