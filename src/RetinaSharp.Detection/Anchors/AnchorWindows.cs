using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// The anchors that can touch a box: in every level a window of cells, which row by row is a run of anchors. Some at the
/// edge of a window may not touch it; none outside of it does.
/// </summary>
internal ref struct AnchorWindows
{
    private readonly AnchorGrid _grid;
    private readonly Box _box;
    private int _level = -1;
    private int _perCell;
    private int _row;
    private int _lastRow = -1;
    private int _firstColumn;
    private int _lastColumn;

    public AnchorWindows(AnchorGrid grid, Box box)
    {
        _grid = grid;
        _box = box;
    }

    /// <summary>First anchor of the run and number of its anchors.</summary>
    public (int First, int Count) Current { get; private set; }

    public readonly AnchorWindows GetEnumerator() => this;

    public bool MoveNext()
    {
        while (++_row > _lastRow || _firstColumn > _lastColumn)
        {
            if (++_level == _grid.Levels.Count)
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
        var (x1, y1, x2, y2) = (0f, 0f, 0f, 0f);
        foreach (var anchor in _grid.Cells[_level])
            (x1, y1, x2, y2) = (Math.Min(x1, anchor.X1), Math.Min(y1, anchor.Y1), Math.Max(x2, anchor.X2), Math.Max(y2, anchor.Y2));
        _perCell = _grid.Cells[_level].Length;
        (_row, _lastRow) = Cells(_box.Y1 - y2, _box.Y2 - y1, level.StrideY, level.Grid.Height);
        (_firstColumn, _lastColumn) = Cells(_box.X1 - x2, _box.X2 - x1, level.StrideX, level.Grid.Width);
        _row--;
    }

    private static (int First, int Last) Cells(double from, double to, int stride, int count) =>
        ((int)Math.Clamp(Math.Floor(from / stride), 0, count), (int)Math.Clamp(Math.Ceiling(to / stride), -1, count - 1));
}
