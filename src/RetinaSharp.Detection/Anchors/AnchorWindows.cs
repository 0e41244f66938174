using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// The anchors that can reach an IoU with a box: in every level a window of cells, which row by row is a run of anchors. Some within a
/// window may not reach it; none outside does. The coarsest level comes first: in a fine one a large box holds thousands of anchors, all
/// of one IoU, which would each be its best so far.
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
    /// <param name="minIou">The IoU, from 0; at 0 these are the anchors that can touch the box.</param>
    public AnchorWindows(AnchorGrid grid, Box box, double minIou = 0)
    {
        _grid = grid;
        _box = box;
        _level = grid.Levels.Count;
        // What rounding takes from an IoU is far less.
        _minIou = .999 * minIou;
    }

    /// <summary>First anchor of the run and number of its anchors.</summary>
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
            // The intersection is at least IoU · the larger area; so much of a side has to overlap even where the other does in full.
            var intersection = _minIou * Math.Max((double)anchor.Width * anchor.Height, (double)_box.Width * _box.Height);
            var (sharedX, sharedY) = (Share(intersection, anchor.Height, _box.Height), Share(intersection, anchor.Width, _box.Width));
            if (sharedX > Math.Min(anchor.Width, _box.Width))
                continue;
            (fromX, toX) = (Math.Min(fromX, _box.X1 - anchor.X2 + sharedX), Math.Max(toX, _box.X2 - anchor.X1 - sharedX));
            (fromY, toY) = (Math.Min(fromY, _box.Y1 - anchor.Y2 + sharedY), Math.Max(toY, _box.Y2 - anchor.Y1 - sharedY));
        }

        _perCell = _grid.Cell(_level).Length;
        (_row, _lastRow) = Cells(fromY, toY, level.StrideY, level.Grid.Height);
        (_firstColumn, _lastColumn) = Cells(fromX, toX, level.StrideX, level.Grid.Width);
        _row--;
    }

    private static double Share(double intersection, float a, float b) => intersection > 0 ? intersection / Math.Min(a, b) : 0;

    private static (int First, int Last) Cells(double from, double to, int stride, int count) =>
        ((int)Math.Clamp(Math.Floor(from / stride), 0, count), (int)Math.Clamp(Math.Ceiling(to / stride), -1, count - 1));
}
