namespace RetinaSharp.Detection.Anchors;

/// <summary>Thresholds that make an anchor positive, background or ignored. The default is the paper's IoU thresholds, plus low-quality matches.</summary>
public sealed record AssignerSettings
{
    /// <summary>An anchor is positive if its highest IoU with a ground-truth box is at least this.</summary>
    public double ForegroundIou { get; init; } = .5;

    /// <summary>An anchor is background if its highest IoU with a ground-truth box is below this. Between the two thresholds it is ignored.</summary>
    public double BackgroundIou { get; init; } = .4;

    /// <summary>
    /// Minimum IoU of a low-quality match: the anchors with the highest IoU with a box are positive even below <see cref="ForegroundIou"/>, if
    /// that IoU is at least this. Null disables low-quality matches. 0 is torchvision's rule, by which a box that overlaps no anchor makes every
    /// anchor positive.
    /// </summary>
    public double? LowQualityFloor { get; init; } = .2;

    /// <summary>A background anchor is ignored if at least this fraction of its area lies within an ignore region; in (0, 1].</summary>
    public double IgnoreCoverage { get; init; } = .5;

    /// <summary>Checks that all settings are in range.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public void Validate()
    {
        if (!(BackgroundIou >= 0 && BackgroundIou <= ForegroundIou && ForegroundIou is > 0 and <= 1))
            throw new ArgumentException($"IoU thresholds {BackgroundIou} and {ForegroundIou}: 0 <= background <= foreground <= 1 is needed, foreground above 0", nameof(BackgroundIou));
        if (LowQualityFloor is not (null or (>= 0 and <= 1)))
            throw new ArgumentException($"{nameof(LowQualityFloor)} {LowQualityFloor}: it must be in [0, 1], or null for no low-quality matches", nameof(LowQualityFloor));
        if (IgnoreCoverage is not (> 0 and <= 1))
            throw new ArgumentException($"{nameof(IgnoreCoverage)} {IgnoreCoverage}: it must be above 0 and at most 1", nameof(IgnoreCoverage));
    }
}
