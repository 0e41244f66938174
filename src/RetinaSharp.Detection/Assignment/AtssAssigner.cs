using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Adaptive training sample selection (ATSS, https://arxiv.org/abs/1912.02424): each ground-truth box has an IoU threshold of its own. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// The candidates of a box are, on each pyramid level, all anchors of the <see cref="AssignerSettings.AtssCells"/> cells whose anchors are centered nearest to the
/// center of the box; at equal distance the cells with the lower indices. A candidate is positive if its IoU is at least the mean plus the standard deviation (with
/// Bessel's correction) of the candidates' IoUs, and its center is more than .01 pixels inside of the box. An anchor that is positive for several boxes takes
/// the one with the highest IoU, of equal IoUs the first.
/// </para>
/// <para>
/// Candidates are counted in cells, as in the authors' code. MMDetection counts anchors: with 9 anchors per cell, its 9 candidates are those of one cell,
/// which leaves too few positives to train well. A single candidate, on a grid of one anchor, has the standard deviation 0 here and an undefined one there.
/// </para>
/// <para>
/// No matrix is stored: the candidates are found by the geometry of the grid, and IoUs are computed for them only.
/// </para>
/// </remarks>
public sealed class AtssAssigner : IAssigner
{
    /// <summary>Creates the assigner.</summary>
    /// <param name="settings">The number of cells.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public AtssAssigner(AssignerSettings settings)
    {
        settings.Validate();
        Settings = settings;
    }

    /// <summary>The number of cells.</summary>
    public AssignerSettings Settings { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The lengths differ, a class is negative, or a box is not finite or has its corners swapped.</exception>
    public AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default, AnchorPredictions? predictions = null)
    {
        AssignerInput.Check(boxes, classes, ignored);
        var nearest = new NearestCells();
        var candidates = new List<Candidate>();
        using var positives = new PositiveAnchors(anchors.Count);
        for (var i = 0; i < boxes.Length; i++)
        {
            candidates.Clear();
            foreach (var level in anchors.Levels)
                AddCandidates(anchors, level, boxes[i], nearest, candidates);
            var threshold = Threshold(candidates);
            foreach (var candidate in candidates)
                if (candidate.Iou >= threshold && candidate.IsInside)
                    positives.Offer(candidate.Anchor, i, candidate.Iou);
        }

        return positives.Finish(anchors, classes, ignored, Settings.IgnoreCoverage);
    }

    private void AddCandidates(AnchorGrid anchors, AnchorLevel level, Box box, NearestCells nearest, List<Candidate> candidates)
    {
        foreach (var (_, index) in nearest.Find(level, ((double)box.X1 + box.X2) / 2, ((double)box.Y1 + box.Y2) / 2, Settings.AtssCells))
        {
            var cell = GridCell.At(level, index);
            var isInside = EdgeDistances.Compute(box, cell).Min > EdgeDistances.Margin;
            for (var anchor = cell.First; anchor < cell.First + GridCell.AnchorsPerCell(level); anchor++)
                candidates.Add(new(anchor, Iou.Compute(box, anchors.Boxes[anchor]), isInside));
        }
    }

    private static double Threshold(List<Candidate> candidates)
    {
        var (mean, squares) = (0d, 0d);
        foreach (var candidate in candidates)
            mean += candidate.Iou;
        mean /= candidates.Count;
        foreach (var candidate in candidates)
            squares += (candidate.Iou - mean) * (candidate.Iou - mean);
        return mean + Math.Sqrt(squares / Math.Max(candidates.Count - 1, 1));
    }

    private readonly record struct Candidate(int Anchor, float Iou, bool IsInside);
}
