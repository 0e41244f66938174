using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// All anchors for one padded image size, level after level from the finest; within a level row by row, column by column,
/// anchor by anchor of the cell, which is the order of a head's output [H · W · A]. Immutable.
/// </summary>
public sealed class AnchorGrid
{
    private readonly Box[] _boxes;

    internal AnchorGrid(int height, int width, AnchorLevel[] levels, Box[][] cells)
    {
        Height = height;
        Width = width;
        Levels = levels;
        Cells = cells;
        var count = levels[^1].Offset + levels[^1].Count;
        _boxes = new Box[count];
        X1 = new float[count];
        Y1 = new float[count];
        X2 = new float[count];
        Y2 = new float[count];
        foreach (var (level, cell) in levels.Zip(cells))
            Fill(level, cell);
    }

    /// <summary>Height of the padded image in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the padded image in pixels.</summary>
    public int Width { get; }

    /// <summary>The levels, from the finest.</summary>
    public IReadOnlyList<AnchorLevel> Levels { get; }

    /// <summary>The anchors of all levels, in pixels of the padded image; they may reach outside of it.</summary>
    public ReadOnlySpan<Box> Boxes => _boxes;

    /// <summary>Number of anchors.</summary>
    public int Count => _boxes.Length;

    /// <summary>Anchors of a cell at (0, 0), for each level.</summary>
    internal IReadOnlyList<Box[]> Cells { get; }

    // The same anchors by coordinate, for vectors.
    internal float[] X1 { get; }

    internal float[] Y1 { get; }

    internal float[] X2 { get; }

    internal float[] Y2 { get; }

    private void Fill(AnchorLevel level, Box[] cell)
    {
        var index = level.Offset;
        for (var row = 0; row < level.Grid.Height; row++)
            for (var column = 0; column < level.Grid.Width; column++)
            {
                var (x, y) = ((float)column * level.StrideX, (float)row * level.StrideY);
                foreach (var anchor in cell)
                {
                    var box = new Box(x + anchor.X1, y + anchor.Y1, x + anchor.X2, y + anchor.Y2);
                    (X1[index], Y1[index], X2[index], Y2[index]) = (box.X1, box.Y1, box.X2, box.Y2);
                    _boxes[index++] = box;
                }
            }
    }
}
