using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// A grid cell of a pyramid level. All of its anchors are centered at one point, (column · stride, row · stride): the top left corner of the cell, as in torchvision.
/// </summary>
/// <param name="Level">The level.</param>
/// <param name="First">Index of the cell's first anchor in the grid.</param>
/// <param name="Count">Number of anchors of the cell.</param>
/// <param name="X">The center of the anchors, in pixels.</param>
/// <param name="Y">The center of the anchors, in pixels.</param>
internal readonly record struct GridCell(AnchorLevel Level, int First, int Count, float X, float Y)
{
    /// <summary>Returns a cell of a level.</summary>
    /// <param name="level">The level.</param>
    /// <param name="index">Index of the cell within the level, row by row.</param>
    public static GridCell At(AnchorLevel level, int index)
    {
        var (row, column) = Math.DivRem(index, level.Grid.Width);
        var count = AnchorsPerCell(level);
        return new(level, level.Offset + index * count, count, (float)column * level.StrideX, (float)row * level.StrideY);
    }

    /// <summary>Returns the cell of an anchor.</summary>
    /// <param name="grid">All anchors.</param>
    /// <param name="anchor">Index of the anchor in the grid.</param>
    public static GridCell Of(AnchorGrid grid, int anchor)
    {
        var level = grid.Levels.Last(level => level.Offset <= anchor);
        return At(level, (anchor - level.Offset) / AnchorsPerCell(level));
    }

    /// <summary>Returns the number of anchors in each cell of a level.</summary>
    public static int AnchorsPerCell(AnchorLevel level) => level.Count / (level.Grid.Height * level.Grid.Width);
}
