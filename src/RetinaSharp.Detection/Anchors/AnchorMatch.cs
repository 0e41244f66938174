using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// Finds the highest IoU of boxes with the anchors of their images without generating the anchors: among anchors of equal shape on a level, that with the
/// nearest center has the highest IoU.
/// </summary>
internal sealed class AnchorMatch
{
    private readonly InputBoxes _boxes;
    private readonly int _minLevel;
    private readonly int _levels;

    // Distance of each box's center from the nearest center of an anchor, [box · levels + level].
    private readonly float[] _distanceX;
    private readonly float[] _distanceY;

    /// <summary>Computes the distances from the centers of the anchors, which depend on the levels but not on the shapes of the anchors.</summary>
    /// <param name="boxes">The boxes.</param>
    /// <param name="anchors">The anchors, of which the levels and the layout are used.</param>
    public AnchorMatch(InputBoxes boxes, AnchorSettings anchors)
    {
        (_boxes, _minLevel, _levels) = (boxes, anchors.MinLevel, anchors.LevelCount);
        (_distanceX, _distanceY) = (new float[boxes.Count * _levels], new float[boxes.Count * _levels]);
        var generator = new AnchorGenerator(anchors);
        var divides = anchors.Compatibility == AnchorCompatibility.Torchvision;
        for (var i = 0; i < boxes.Count; i++)
        {
            var padded = boxes.PaddedSizes[i];
            var grids = generator.GridSizes(padded.Height, padded.Width);
            for (var level = 0; level < _levels; level++)
            {
                var (grid, stride) = (grids[level], 1 << (_minLevel + level));
                _distanceX[i * _levels + level] = Distance(boxes.CenterX[i], divides ? padded.Width / grid.Width : stride, grid.Width);
                _distanceY[i * _levels + level] = Distance(boxes.CenterY[i], divides ? padded.Height / grid.Height : stride, grid.Height);
            }
        }
    }

    /// <summary>Computes the highest IoU of each box with an anchor; 0 for boxes that have vanished.</summary>
    /// <param name="anchors">The anchors, of the same levels and layout.</param>
    public float[] BestIous(AnchorSettings anchors)
    {
        Box[][] cells = [.. Enumerable.Range(_minLevel, _levels).Select(level => CellAnchors.Create(anchors, level))];
        var best = new float[_boxes.Count];
        for (var i = 0; i < best.Length; i++)
        {
            if (_boxes.HasVanished(i))
                continue;
            var (width, height) = (_boxes.Widths[i], _boxes.Heights[i]);
            for (var level = 0; level < _levels; level++)
            {
                var (x, y) = (_distanceX[i * _levels + level], _distanceY[i * _levels + level]);
                foreach (var anchor in cells[level])
                {
                    var (anchorWidth, anchorHeight) = (anchor.Width, anchor.Height);
                    var overlapX = Math.Min(Math.Min(width, anchorWidth), (width + anchorWidth) / 2 - x);
                    var overlapY = Math.Min(Math.Min(height, anchorHeight), (height + anchorHeight) / 2 - y);
                    if (overlapX <= 0 || overlapY <= 0)
                        continue;
                    var intersection = overlapX * overlapY;
                    best[i] = Math.Max(best[i], intersection / (width * height + anchorWidth * anchorHeight - intersection));
                }
            }
        }

        return best;
    }

    // Anchors are centered at multiples of the stride.
    private static float Distance(float center, int stride, int count) => Math.Abs(center - (float)Math.Clamp(MathF.Round(center / stride), 0, count - 1) * stride);
}
