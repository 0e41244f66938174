namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Kind and parameters of the assigner, which labels anchors as positive, background or ignored. The defaults are the IoU thresholds of the focal loss paper,
/// with low-quality matches in addition. Each kind reads only its own parameters, and all kinds <see cref="IgnoreCoverage"/>.
/// </summary>
public sealed record AssignerSettings
{
    /// <summary>How anchors are assigned to ground-truth boxes.</summary>
    public AssignerKind Kind { get; init; }

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

    /// <summary>ATSS: number of nearest cells per pyramid level and ground-truth box whose anchors are candidates, at least 1.</summary>
    public int AtssCells { get; init; } = 9;

    /// <summary>Center: along both axes, an anchor's center must be nearer than this to the box's center, in strides of its level; above 0.</summary>
    public double CenterRadius { get; init; } = 1.5;

    /// <summary>Task-aligned: highest number of anchors per ground-truth box, at least 1: those with the highest alignment.</summary>
    public int TaskAlignedAnchors { get; init; } = 13;

    /// <summary>Task-aligned: exponent of the score in the alignment, at least 0.</summary>
    public double AlignmentScorePower { get; init; } = 1;

    /// <summary>Task-aligned: exponent of the IoU in the alignment, at least 0.</summary>
    public double AlignmentIouPower { get; init; } = 6;

    /// <summary>SimOTA: half the side of the center region of a ground-truth box, in strides of the level; above 0.</summary>
    public double SimOtaRadius { get; init; } = 2.5;

    /// <summary>SimOTA: number of highest IoUs whose sum, rounded down, is the number of anchors of a ground-truth box; at least 1.</summary>
    public int SimOtaCandidates { get; init; } = 10;

    /// <summary>SimOTA: weight of the box cost, -log IoU, relative to the classification cost; at least 0.</summary>
    public double SimOtaBoxWeight { get; init; } = 3;

    /// <summary>
    /// A background anchor is ignored if at least this fraction of its area lies in an ignore region, such as a crowd, or if its center lies in the region and
    /// it covers at least this fraction of the region; in (0, 1].
    /// </summary>
    public double IgnoreCoverage { get; init; } = .5;

    /// <summary>
    /// Returns settings of an assigner that needs no predictions of the network: ATSS instead of one that uses them. Anchor sampling and losses with a
    /// background output need labels before the forward pass.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public AssignerSettings WithoutPredictions() => Assigner.Create(this).UsesPredictions ? this with { Kind = AssignerKind.Atss } : this;

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
        RequirePositive(AtssCells, nameof(AtssCells));
        RequirePositive(CenterRadius, nameof(CenterRadius));
        RequirePositive(TaskAlignedAnchors, nameof(TaskAlignedAnchors));
        RequireNotNegative(AlignmentScorePower, nameof(AlignmentScorePower));
        RequireNotNegative(AlignmentIouPower, nameof(AlignmentIouPower));
        RequirePositive(SimOtaRadius, nameof(SimOtaRadius));
        RequirePositive(SimOtaCandidates, nameof(SimOtaCandidates));
        RequireNotNegative(SimOtaBoxWeight, nameof(SimOtaBoxWeight));
    }

    private static void RequirePositive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new ArgumentException($"{name} {value}: it must be a finite number above 0", name);
    }

    private static void RequireNotNegative(double value, string name)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new ArgumentException($"{name} {value}: it must be a finite number from 0 up", name);
    }
}
