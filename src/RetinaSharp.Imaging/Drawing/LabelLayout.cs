namespace RetinaSharp.Imaging.Drawing;

/// <summary>
/// Positions the labels of boxes, one after the other (greedily): within the image, never over another label, and where they hide the least
/// of the boxes.
/// </summary>
/// <param name="width">Width of the image in pixels.</param>
/// <param name="height">Height of the image in pixels.</param>
/// <param name="boxes">All boxes that are drawn, including their lines. Labels hide as little of them as possible.</param>
internal sealed class LabelLayout(int width, int height, IReadOnlyList<PixelRect> boxes)
{
    // Cost of moving a label by its own height, in units of the fraction of a box's area that a label hides. With this value, the label of
    // a large box at the top border goes inside of its corner, and the label of a small box goes below it.
    private const double MoveCostPerLabelHeight = .03;

    private readonly List<PixelRect> _labels = [];

    // Sizes that had no space. Space only shrinks, so labels at least as wide and as high have none either.
    private readonly List<(int Width, int Height)> _failed = [];

    /// <summary>Number of labels for which the whole image was searched, in time quadratic in the number of placed labels.</summary>
    public int FullSearches { get; private set; }

    /// <summary>Chooses the position of the next label.</summary>
    /// <param name="box">The box that the label belongs to.</param>
    /// <param name="labelWidth">Width of the label in pixels, at most the width of the image.</param>
    /// <param name="labelHeight">Height of the label in pixels, at most the height of the image.</param>
    /// <returns>The rectangle of the label; null if the image has no space that is free of labels.</returns>
    public PixelRect? Place(PixelRect box, int labelWidth, int labelHeight)
    {
        if (_failed.Exists(size => labelWidth >= size.Width && labelHeight >= size.Height))
            return null;
        var (above, below) = (box.Top - labelHeight, box.Bottom);
        var (toTheLeft, toTheRight) = (box.Left - labelWidth, box.Right);
        PixelRect? best = null;
        var bestCost = double.PositiveInfinity;
        foreach (var top in (ReadOnlySpan<int>)[above, box.Top, below, box.Bottom - labelHeight])
            foreach (var left in (ReadOnlySpan<int>)[box.Left, box.Right - labelWidth, toTheRight, toTheLeft])
                Consider(Clamped(left, top));

        // No position next to the box is free: tries positions that touch other labels or the border of the image. If there is free space,
        // one of them is in it, because a label can be moved left and up until it touches something.
        if (best is null)
        {
            FullSearches++;
            int[] tops = [0, above, below, height - labelHeight, .. _labels.Select(label => label.Bottom), .. _labels.Select(label => label.Top - labelHeight)];
            int[] lefts = [0, box.Left, toTheRight, width - labelWidth, .. _labels.Select(label => label.Right), .. _labels.Select(label => label.Left - labelWidth)];
            foreach (var top in tops.Where(top => top >= 0 && top <= height - labelHeight).Distinct())
                foreach (var left in lefts.Where(left => left >= 0 && left <= width - labelWidth).Distinct())
                    Consider(Clamped(left, top));
        }

        if (best is { } placed)
            _labels.Add(placed);
        else
            _failed.Add((labelWidth, labelHeight));
        return best;

        PixelRect Clamped(int left, int top)
        {
            (left, top) = (Math.Clamp(left, 0, width - labelWidth), Math.Clamp(top, 0, height - labelHeight));
            return new(left, top, left + labelWidth, top + labelHeight);
        }

        void Consider(PixelRect label)
        {
            var distance = (Math.Abs(label.Left - box.Left) + Math.Abs(label.Top - above)) / (double)labelHeight;
            var cost = MoveCostPerLabelHeight * distance;
            if (cost >= bestCost || _labels.Exists(other => other.Overlap(label) > 0))
                return;
            cost += boxes.Sum(other => other.Overlap(label) / (double)Math.Max(1, other.Area));
            if (cost < bestCost)
                (best, bestCost) = (label, cost);
        }
    }
}
