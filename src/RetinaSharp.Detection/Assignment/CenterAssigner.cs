using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Assigns anchors by their centers as FCOS does (https://arxiv.org/abs/1904.01355, with the center sampling of https://arxiv.org/abs/2006.09214): neither IoUs
/// nor the sizes of the anchors matter. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// An anchor is positive for a ground-truth box if its center lies inside of the box and, along both axes, less than <see cref="AssignerSettings.CenterRadius"/>
/// strides from the center of the box, and if the largest distance to an edge of the box fits the pyramid level: more than 4 and less than 8 strides, without
/// the lower bound on the finest level and without the upper bound on the coarsest. An anchor that is positive for several boxes takes the one with the
/// smallest area, of equal areas the first. The stride is 2^level.
/// </para>
/// <para>
/// These are the matches of torchvision's FCOS. Its anchors are squares with the stride as their side, one per cell; here, all anchors of a cell are assigned
/// alike. Torchvision subtracts areas from 10⁸ in fp32, so it takes areas that differ by less than 8 square pixels as equal, and boxes larger than 10⁸
/// square pixels get no anchor; here, areas are compared directly.
/// </para>
/// <para>
/// Anchors, and with <see cref="Configuration.HeadKind.Points"/> the points, are centered at column · stride and row · stride, as in torchvision's FCOS. The paper and MMDetection's FCOS add half a
/// stride, so that their points are the centers of the cells.
/// </para>
/// </remarks>
public sealed class CenterAssigner : IAssigner
{
    // In strides: the largest distances to an edge that a level is responsible for.
    private const int MinDistance = 4, MaxDistance = 8;

    /// <summary>Creates the assigner.</summary>
    /// <param name="settings">The radius.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public CenterAssigner(AssignerSettings settings)
    {
        settings.Validate();
        Settings = settings;
    }

    /// <summary>The radius.</summary>
    public AssignerSettings Settings { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The lengths differ, a class is negative, or a box is not finite or has its corners swapped.</exception>
    public AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default, AnchorPredictions? predictions = null)
    {
        AssignerInput.Check(boxes, classes, ignored);
        using var positives = new PositiveAnchors(anchors.Count);
        for (var i = 0; i < boxes.Length; i++)
            for (var level = 0; level < anchors.Levels.Count; level++)
                Offer(anchors, level, boxes[i], i, positives);
        return positives.Finish(anchors, classes, ignored, Settings.IgnoreCoverage);
    }

    private void Offer(AnchorGrid anchors, int index, Box box, int number, PositiveAnchors positives)
    {
        var level = anchors.Levels[index];
        // Torchvision's anchor layout rounds the distance between cells, but not the size of FCOS's anchors.
        var stride = (float)(1 << level.Level);
        var min = index == 0 ? 0 : MinDistance * stride;
        var max = index == anchors.Levels.Count - 1 ? float.PositiveInfinity : MaxDistance * stride;
        var radius = (float)Settings.CenterRadius * stride;
        var (x, y) = ((box.X1 + box.X2) / 2, (box.Y1 + box.Y2) / 2);
        foreach (var cell in new CellWindow(level, Intersection(box, new(x - radius, y - radius, x + radius, y + radius))))
        {
            var distances = EdgeDistances.Compute(box, cell);
            var isNearCenter = MathF.Max(MathF.Abs(cell.X - x), MathF.Abs(cell.Y - y)) < radius;
            if (!(isNearCenter && distances.Min > 0 && distances.Max > min && distances.Max < max))
                continue;
            for (var anchor = cell.First; anchor < cell.First + cell.Count; anchor++)
                positives.Offer(anchor, number, -box.Area);
        }
    }

    private static Box Intersection(Box a, Box b) => new(MathF.Max(a.X1, b.X1), MathF.Max(a.Y1, b.Y1), MathF.Min(a.X2, b.X2), MathF.Min(a.Y2, b.Y2));
}
