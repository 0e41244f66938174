using RetinaSharp.Boxes;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// ATSS in the form of the reference implementations, to compare <see cref="Detection.Assignment.AtssAssigner"/> with: the IoUs and the center distances of all
/// pairs of box and anchor are stored as matrices, [boxes, anchors], before the nearest anchors are selected.
/// </summary>
internal static class AtssMatrix
{
    private const float Margin = .01f;

    /// <summary>Assigns anchors to boxes.</summary>
    /// <param name="anchors">The anchors.</param>
    /// <param name="boxes">Ground-truth boxes.</param>
    /// <param name="cells">Number of cells per level and box whose anchors are candidates.</param>
    /// <returns>The index of each anchor's box, or -1, [anchors].</returns>
    public static int[] Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, int cells)
    {
        var ious = new float[boxes.Length * anchors.Count];
        var distances = new float[boxes.Length * anchors.Count];
        for (var i = 0; i < boxes.Length; i++)
        {
            Iou.OneToMany(boxes[i], anchors.X1, anchors.Y1, anchors.X2, anchors.Y2, ious.AsSpan(i * anchors.Count, anchors.Count));
            ComputeDistances(boxes[i], anchors, distances.AsSpan(i * anchors.Count, anchors.Count));
        }

        var perCell = anchors.Levels[0].Count / (anchors.Levels[0].Grid.Height * anchors.Levels[0].Grid.Width);
        var matches = new int[anchors.Count];
        var best = new float[anchors.Count];
        Array.Fill(matches, -1);
        for (var i = 0; i < boxes.Length; i++)
        {
            var iou = ious.AsSpan(i * anchors.Count, anchors.Count);
            int[] nearest = [.. anchors.Levels.SelectMany(level => Nearest(distances.AsSpan(i * anchors.Count + level.Offset, level.Count), cells * perCell).Select(index => level.Offset + index))];
            var threshold = Threshold(nearest, iou);
            foreach (var anchor in nearest)
                if (iou[anchor] >= threshold && IsCenterInside(anchors.Boxes[anchor], boxes[i]) && (matches[anchor] < 0 || iou[anchor] > best[anchor]))
                    (matches[anchor], best[anchor]) = (i, iou[anchor]);
        }

        return matches;
    }

    private static void ComputeDistances(Box box, AnchorGrid anchors, Span<float> distances)
    {
        var (x, y) = ((box.X1 + box.X2) / 2, (box.Y1 + box.Y2) / 2);
        var x1 = anchors.X1;
        var y1 = anchors.Y1;
        var x2 = anchors.X2;
        var y2 = anchors.Y2;
        for (var i = 0; i < distances.Length; i++)
        {
            var (dx, dy) = ((x1[i] + x2[i]) / 2 - x, (y1[i] + y2[i]) / 2 - y);
            distances[i] = MathF.Sqrt(dx * dx + dy * dy);
        }
    }

    // In order of distance, at equal distance in ascending order.
    private static int[] Nearest(ReadOnlySpan<float> distances, int count)
    {
        var nearest = new int[Math.Min(count, distances.Length)];
        var found = 0;
        for (var i = 0; i < distances.Length; i++)
        {
            if (found == nearest.Length && distances[i] >= distances[nearest[^1]])
                continue;
            var at = found < nearest.Length ? found++ : found - 1;
            for (; at > 0 && distances[nearest[at - 1]] > distances[i]; at--)
                nearest[at] = nearest[at - 1];
            nearest[at] = i;
        }

        return nearest;
    }

    private static double Threshold(int[] nearest, ReadOnlySpan<float> iou)
    {
        var (mean, squares) = (0d, 0d);
        foreach (var anchor in nearest)
            mean += iou[anchor];
        mean /= nearest.Length;
        foreach (var anchor in nearest)
            squares += (iou[anchor] - mean) * (iou[anchor] - mean);
        return mean + Math.Sqrt(squares / (nearest.Length - 1));
    }

    private static bool IsCenterInside(Box anchor, Box box)
    {
        var (x, y) = ((anchor.X1 + anchor.X2) / 2, (anchor.Y1 + anchor.Y2) / 2);
        return MathF.Min(MathF.Min(x - box.X1, y - box.Y1), MathF.Min(box.X2 - x, box.Y2 - y)) > Margin;
    }
}
