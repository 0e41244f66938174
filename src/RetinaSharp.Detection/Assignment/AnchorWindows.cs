using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Enumerates the anchors that may reach a minimum IoU with a box, as ranges of consecutive anchors. On each pyramid level, the grid cells of these anchors
/// form a rectangular window, and each row of the window is one range. Anchors outside of the windows have a lower IoU; some anchors inside may, too. The
/// coarsest level comes first: on a fine level, a large box contains thousands of anchors with equal IoU, and <see cref="Matcher"/> would record each of them
/// as the best anchor so far.
/// </summary>
internal ref struct AnchorWindows
{
    private readonly AnchorGrid _grid;
    private readonly Box _box;
    private readonly double _minIou;
    private int _level;
    private int _perCell;
    private int _row;
    private int _lastRow = -1;
    private int _firstColumn;
    private int _lastColumn;

    /// <param name="grid">The anchors.</param>
    /// <param name="box">The box.</param>
    /// <param name="minIou">The minimum IoU, 0 or more; 0 enumerates all anchors that may overlap or touch the box.</param>
    public AnchorWindows(AnchorGrid grid, Box box, double minIou = 0)
    {
        _grid = grid;
        _box = box;
        _level = grid.Levels.Count;
        // A safety margin, much larger than the rounding error of an fp32 IoU.
        _minIou = .999 * minIou;
    }

    /// <summary>The current range: the index of its first anchor in the grid, and its number of anchors.</summary>
    public (int First, int Count) Current { get; private set; }

    public readonly AnchorWindows GetEnumerator() => this;

    public bool MoveNext()
    {
        while (++_row > _lastRow || _firstColumn > _lastColumn)
        {
            if (--_level < 0)
                return false;
            EnterLevel();
        }
        var level = _grid.Levels[_level];
        var first = level.Offset + (_row * level.Grid.Width + _firstColumn) * _perCell;
        Current = (first, (_lastColumn - _firstColumn + 1) * _perCell);
        return true;
    }

    private void EnterLevel()
    {
        var level = _grid.Levels[_level];
        var (fromX, toX) = (double.PositiveInfinity, double.NegativeInfinity);
        var (fromY, toY) = (fromX, toX);
        foreach (var anchor in _grid.Cell(_level))
        {
            // IoU >= minIoU requires an intersection of at least minIoU · the larger of both areas. MinOverlap is the overlap needed along one axis
            // if the box and the anchor overlap fully along the other.
            var intersection = _minIou * Math.Max((double)anchor.Width * anchor.Height, (double)_box.Width * _box.Height);
            var (overlapX, overlapY) = (MinOverlap(intersection, anchor.Height, _box.Height), MinOverlap(intersection, anchor.Width, _box.Width));
            if (overlapX > Math.Min(anchor.Width, _box.Width))
                continue;
            (fromX, toX) = (Math.Min(fromX, _box.X1 - anchor.X2 + overlapX), Math.Max(toX, _box.X2 - anchor.X1 - overlapX));
            (fromY, toY) = (Math.Min(fromY, _box.Y1 - anchor.Y2 + overlapY), Math.Max(toY, _box.Y2 - anchor.Y1 - overlapY));
        }

        _perCell = _grid.Cell(_level).Length;
        (_row, _lastRow) = CellWindow.Range(fromY, toY, level.StrideY, level.Grid.Height);
        (_firstColumn, _lastColumn) = CellWindow.Range(fromX, toX, level.StrideX, level.Grid.Width);
        _row--;
    }

    private static double MinOverlap(double intersection, float a, float b) => intersection > 0 ? intersection / Math.Min(a, b) : 0;
}
