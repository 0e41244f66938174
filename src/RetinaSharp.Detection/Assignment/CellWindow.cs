using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Enumerates, in ascending order, the grid cells of one pyramid level whose anchors are centered within a rectangle. Up to one row or column of cells beyond
/// each edge is included, too.
/// </summary>
internal ref struct CellWindow
{
    private readonly AnchorLevel _level;
    private readonly int _firstColumn;
    private readonly int _lastColumn;
    private readonly int _lastRow;
    private int _row;
    private int _column;

    /// <param name="level">The level.</param>
    /// <param name="rectangle">The rectangle, in pixels of the padded image; edges may be infinite.</param>
    public CellWindow(AnchorLevel level, Box rectangle)
    {
        _level = level;
        (_row, _lastRow) = Range(rectangle.Y1, rectangle.Y2, level.StrideY, level.Grid.Height);
        (_firstColumn, _lastColumn) = Range(rectangle.X1, rectangle.X2, level.StrideX, level.Grid.Width);
        _column = _firstColumn - 1;
        if (_firstColumn > _lastColumn)
            _lastRow = -1;
    }

    public readonly GridCell Current => GridCell.At(_level, _row * _level.Grid.Width + _column);

    public readonly CellWindow GetEnumerator() => this;

    public bool MoveNext()
    {
        if (++_column > _lastColumn)
            (_row, _column) = (_row + 1, _firstColumn);
        return _row <= _lastRow;
    }

    /// <summary>
    /// Returns the first and last of the rows or columns of a grid that lie within an interval, rounded outward; last is below first if there are none.
    /// </summary>
    /// <param name="from">Start of the interval, in pixels.</param>
    /// <param name="to">End of the interval, in pixels.</param>
    /// <param name="stride">Distance between neighboring rows or columns, in pixels.</param>
    /// <param name="count">Number of rows or columns.</param>
    public static (int First, int Last) Range(double from, double to, int stride, int count) =>
        ((int)Math.Clamp(Math.Floor(from / stride), 0, count), (int)Math.Clamp(Math.Ceiling(to / stride), -1, count - 1));
}
