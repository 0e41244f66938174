using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Simplified optimal transport assignment (SimOTA of YOLOX, https://arxiv.org/abs/2107.08430): each ground-truth box takes the anchors whose predictions cost
/// least, and the better the predicted boxes are, the more it takes. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// The candidates of a box are the anchors whose centers lie inside of the box or inside of its center region, less than
/// <see cref="AssignerSettings.SimOtaRadius"/> strides from its center along both axes. The cost of a candidate is the binary cross entropy of its scores,
/// summed over the classes, plus <see cref="AssignerSettings.SimOtaBoxWeight"/> · -log(u + 10⁻⁷), where u is the IoU of its predicted box, plus 100,000 unless
/// the center lies in both the box and the region. The box takes as many candidates, those with the lowest costs, as the sum of its
/// <see cref="AssignerSettings.SimOtaCandidates"/> highest IoUs, rounded down, but at least one; at equal cost those with the lower indices. An anchor taken by
/// several boxes goes to the one whose cost is lowest, of all boxes it is a candidate of; at equal cost to the first.
/// </para>
/// <para>
/// MMDetection and YOLOX compute the costs of each box for the candidates of all boxes of the image. The results agree unless a predicted box
/// overlaps a ground-truth box that its anchor is no candidate of, or a box takes more anchors than it has candidates in both box and region. Here, in
/// addition, a box without area gets no anchor, and NaN costs are never taken.
/// </para>
/// </remarks>
public sealed class SimOtaAssigner : IAssigner
{
    private const double OutsideCost = 100_000;
    private const double IouEpsilon = 1e-7;

    /// <summary>Creates the assigner.</summary>
    /// <param name="settings">Radius, number of candidates and weight of the box cost.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public SimOtaAssigner(AssignerSettings settings)
    {
        settings.Validate();
        Settings = settings;
    }

    /// <summary>Radius, number of candidates and weight of the box cost.</summary>
    public AssignerSettings Settings { get; }

    /// <inheritdoc/>
    public bool UsesPredictions => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">There are no predictions.</exception>
    /// <exception cref="ArgumentException">
    /// The lengths differ, a class is negative or has no logit, or a box is not finite or has its corners swapped.
    /// </exception>
    public AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default, AnchorPredictions? predictions = null)
    {
        AssignerInput.Check(boxes, classes, ignored);
        AssignerInput.Check(predictions, classes);
        using var classification = new ClassificationCost(predictions, anchors.Count);
        using var positives = new PositiveAnchors(anchors.Count);
        var contested = new HashSet<int>();
        var (ious, costs) = (new TopRanked(), new TopRanked());
        for (var i = 0; i < boxes.Length; i++)
        {
            ious.Reset(Settings.SimOtaCandidates);
            costs.Reset(Settings.SimOtaCandidates);
            foreach (var level in anchors.Levels)
                foreach (var cell in new CellWindow(level, Union(boxes[i], CenterRegion(boxes[i], level))))
                    if (Locate(boxes[i], cell) is { IsCandidate: true } location)
                        for (var anchor = cell.First; anchor < cell.First + cell.Count; anchor++)
                        {
                            var iou = Iou.Compute(predictions.Box(anchor), boxes[i]);
                            ious.Offer(anchor, iou);
                            costs.Offer(anchor, -Cost(classification.Compute(anchor, classes[i]), iou, location));
                        }

            foreach (var (rank, anchor) in costs.Items[..Math.Min(CountAnchors(ious), costs.Items.Length)])
                if (positives.Offer(anchor, i, rank))
                    contested.Add(anchor);
        }

        foreach (var anchor in contested)
        {
            var cell = GridCell.Of(anchors, anchor);
            for (var i = 0; i < boxes.Length; i++)
                if (Locate(boxes[i], cell) is { IsCandidate: true } location)
                    positives.Offer(anchor, i, -Cost(classification.Compute(anchor, classes[i]), Iou.Compute(predictions.Box(anchor), boxes[i]), location));
        }

        return positives.Finish(anchors, classes, ignored, Settings.IgnoreCoverage);
    }

    private static int CountAnchors(TopRanked ious)
    {
        var sum = 0d;
        foreach (var (iou, _) in ious.Items)
            sum += iou;
        return Math.Max((int)sum, 1);
    }

    private double Cost(double classification, float iou, Location location) =>
        classification - Settings.SimOtaBoxWeight * Math.Log(iou + IouEpsilon) + (location is { InBox: true, InRegion: true } ? 0 : OutsideCost);

    private Location Locate(Box box, GridCell cell) => box.Area > 0
        ? new(EdgeDistances.Compute(box, cell).Min > 0, EdgeDistances.Compute(CenterRegion(box, cell.Level), cell).Min > 0)
        : default;

    private Box CenterRegion(Box box, AnchorLevel level)
    {
        var radius = (float)Settings.SimOtaRadius;
        var (x, y) = ((box.X1 + box.X2) / 2, (box.Y1 + box.Y2) / 2);
        return new(x - radius * level.StrideX, y - radius * level.StrideY, x + radius * level.StrideX, y + radius * level.StrideY);
    }

    private static Box Union(Box a, Box b) => new(MathF.Min(a.X1, b.X1), MathF.Min(a.Y1, b.Y1), MathF.Max(a.X2, b.X2), MathF.Max(a.Y2, b.Y2));

    /// <summary>Where the center of an anchor lies.</summary>
    private readonly record struct Location(bool InBox, bool InRegion)
    {
        public bool IsCandidate => InBox || InRegion;
    }
}
