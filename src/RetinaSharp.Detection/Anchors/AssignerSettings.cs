namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// Thresholds by which anchors become positive, background or ignored. The defaults are the IoU thresholds of the focal loss paper, with low-quality matches
/// in addition.
/// </summary>
public sealed record AssignerSettings
{
    /// <summary>An anchor is positive if its highest IoU with a ground-truth box is at least this.</summary>
    public double ForegroundIou { get; init; } = .5;

    /// <summary>
    /// An anchor is background if its highest IoU with a ground-truth box is below this. With an IoU between this and <see cref="ForegroundIou"/>, it is
    /// ignored.
    /// </summary>
    public double BackgroundIou { get; init; } = .4;

    /// <summary>
    /// Minimum IoU of low-quality matches, in [0, 1]. For each ground-truth box, the anchors with the highest IoU are positive even below
    /// <see cref="ForegroundIou"/>, if this highest IoU is at least the floor. Null: no low-quality matches. 0: torchvision's rule, which also makes every
    /// anchor positive if a box overlaps no anchor.
    /// </summary>
    public double? LowQualityFloor { get; init; } = .2;

    /// <summary>A background anchor is ignored if at least this fraction of its area lies in an ignore region, such as a crowd; in (0, 1].</summary>
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
