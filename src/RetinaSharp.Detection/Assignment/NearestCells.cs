using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Finds the grid cells of a level whose anchors are centered nearest to a point, in order of distance, at equal distance in ascending order of index. It looks at
/// about n · ln n cells for the n nearest, wherever the point is. Not thread-safe.
/// </summary>
internal sealed class NearestCells
{
    private readonly List<(double Distance, int Index)> _columns = [];
    private readonly List<(double Distance, int Index)> _rows = [];
    private readonly TopRanked _cells = new();

    /// <summary>Finds the nearest cells.</summary>
    /// <param name="level">The level.</param>
    /// <param name="x">The point, in pixels.</param>
    /// <param name="y">The point, in pixels.</param>
    /// <param name="count">Number of cells to find, at least 1.</param>
    /// <returns>Index of each cell within the level, with its negated squared distance as the rank; valid until the next call.</returns>
    public ReadOnlySpan<(double Rank, int Index)> Find(AnchorLevel level, double x, double y, int count)
    {
        Sort(_columns, x, level.StrideX, level.Grid.Width, count);
        Sort(_rows, y, level.StrideY, level.Grid.Height, count);
        _cells.Reset(count);
        // The cell in the i-th nearest column and the j-th nearest row has i · j - 1 others that are at least as near: those in nearer columns and rows.
        for (var i = 0; i < _columns.Count; i++)
            for (var j = 0; j < Math.Min(_rows.Count, count / (i + 1)); j++)
                _cells.Offer(_rows[j].Index * level.Grid.Width + _columns[i].Index, -(_columns[i].Distance + _rows[j].Distance));
        return _cells.Items;
    }

    // The nearest rows or columns of a grid with their squared distances, in order of distance, at equal distance in ascending order.
    private static void Sort(List<(double Distance, int Index)> nearest, double at, int stride, int total, int count)
    {
        nearest.Clear();
        var after = (int)Math.Clamp(Math.Ceiling(at / stride), 0, total);
        var before = after - 1;
        while (nearest.Count < count && (before >= 0 || after < total))
        {
            var (distanceBefore, distanceAfter) = (Distance(before), Distance(after));
            nearest.Add(distanceBefore <= distanceAfter ? (distanceBefore, before--) : (distanceAfter, after++));
        }

        double Distance(int index)
        {
            var distance = index < 0 || index >= total ? double.PositiveInfinity : (double)index * stride - at;
            return distance * distance;
        }
    }
}
