namespace RetinaSharp.Imaging.Drawing;

/// <summary>
/// Places the labels of boxes: within the image, never over another label, and where they hide least of the boxes. Greedy in the order of the boxes.
/// </summary>
/// <param name="width">Width of the image in pixels.</param>
/// <param name="height">Height of the image in pixels.</param>
/// <param name="boxes">All boxes that are drawn, with their lines; labels hide no more of them than they have to.</param>
internal sealed class LabelLayout(int width, int height, IReadOnlyList<PixelRect> boxes)
{
    // What a label may hide of a box, as a share of its area, before it moves away by one label height instead. With this a label of a large box at the top
    // border goes inside its corner, and one of a small box below it.
    private const double HiddenSharePerLabelHeight = .03;

    private readonly List<PixelRect> _labels = [];

    /// <summary>Places the next label.</summary>
    /// <param name="box">The box that it is of.</param>
    /// <param name="labelWidth">Its width, at most that of the image.</param>
    /// <param name="labelHeight">Its height, at most that of the image.</param>
    /// <returns>Where it is; null where the image has no space that is free of labels.</returns>
    public PixelRect? Place(PixelRect box, int labelWidth, int labelHeight)
    {
        var (above, below) = (box.Top - labelHeight, box.Bottom);
        var (toTheLeft, toTheRight) = (box.Left - labelWidth, box.Right);
        PixelRect? best = null;
        var bestCost = double.PositiveInfinity;
        foreach (var top in (ReadOnlySpan<int>)[above, box.Top, below, box.Bottom - labelHeight])
            foreach (var left in (ReadOnlySpan<int>)[box.Left, box.Right - labelWidth, toTheRight, toTheLeft])
                Consider(Clamped(left, top));

        // Nothing near is free: touching other labels or the border. If there is free space, one of these positions is in it, as a label can be pushed left and up
        // until it touches.
        if (best is null)
        {
            int[] tops = [0, above, below, height - labelHeight, .. _labels.Select(label => label.Bottom), .. _labels.Select(label => label.Top - labelHeight)];
            int[] lefts = [0, box.Left, toTheRight, width - labelWidth, .. _labels.Select(label => label.Right), .. _labels.Select(label => label.Left - labelWidth)];
            foreach (var top in tops.Where(top => top >= 0 && top <= height - labelHeight).Distinct())
                foreach (var left in lefts.Where(left => left >= 0 && left <= width - labelWidth).Distinct())
                    Consider(Clamped(left, top));
        }

        if (best is { } placed)
            _labels.Add(placed);
        return best;

        PixelRect Clamped(int left, int top)
        {
            (left, top) = (Math.Clamp(left, 0, width - labelWidth), Math.Clamp(top, 0, height - labelHeight));
            return new(left, top, left + labelWidth, top + labelHeight);
        }

        void Consider(PixelRect label)
        {
            var distance = (Math.Abs(label.Left - box.Left) + Math.Abs(label.Top - above)) / (double)labelHeight;
            var cost = HiddenSharePerLabelHeight * distance;
            if (cost >= bestCost || _labels.Exists(other => other.Overlap(label) > 0))
                return;
            cost += boxes.Sum(other => other.Overlap(label) / (double)Math.Max(1, other.Area));
            if (cost < bestCost)
                (best, bestCost) = (label, cost);
        }
    }
}
