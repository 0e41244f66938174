namespace RetinaSharp.Boxes;

/// <summary>
/// All anchors for one padded image size, ordered by level from the finest, then row, then column, then anchor within the cell. Within a level this
/// is the order of a head's output [H · W · A]. Immutable.
/// </summary>
public sealed class AnchorGrid
{
    private readonly Box[] _boxes;
    private readonly Box[][] _cells;
    private readonly float[] _x1, _y1, _x2, _y2;

    internal AnchorGrid(int height, int width, AnchorLevel[] levels, Box[][] cells)
    {
        Height = height;
        Width = width;
        Levels = levels;
        _cells = cells;
        var count = levels[^1].Offset + levels[^1].Count;
        _boxes = new Box[count];
        (_x1, _y1, _x2, _y2) = (new float[count], new float[count], new float[count], new float[count]);
        foreach (var (level, cell) in levels.Zip(cells))
            Fill(level, cell);
    }

    /// <summary>Height of the padded image in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the padded image in pixels.</summary>
    public int Width { get; }

    /// <summary>The pyramid levels, from the finest.</summary>
    public IReadOnlyList<AnchorLevel> Levels { get; }

    /// <summary>The anchors of all levels, in pixels of the padded image; they may extend beyond the image.</summary>
    public ReadOnlySpan<Box> Boxes => _boxes;

    /// <summary>Number of anchors.</summary>
    public int Count => _boxes.Length;

    /// <summary>X1 of all anchors, in the order of <see cref="Boxes"/>: a column for vectorized code.</summary>
    public ReadOnlySpan<float> X1 => _x1;

    /// <summary>Y1 of all anchors, in the order of <see cref="Boxes"/>.</summary>
    public ReadOnlySpan<float> Y1 => _y1;

    /// <summary>X2 of all anchors, in the order of <see cref="Boxes"/>.</summary>
    public ReadOnlySpan<float> X2 => _x2;

    /// <summary>Y2 of all anchors, in the order of <see cref="Boxes"/>.</summary>
    public ReadOnlySpan<float> Y2 => _y2;

    /// <summary>Returns the anchors of a level's first grid cell, which are centered at (0, 0): boxes in pixels, [anchors per cell].</summary>
    /// <param name="level">Index of the level in <see cref="Levels"/>.</param>
    public ReadOnlySpan<Box> Cell(int level) => _cells[level];

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
                    (_x1[index], _y1[index], _x2[index], _y2[index]) = (box.X1, box.Y1, box.X2, box.Y2);
                    _boxes[index++] = box;
                }
            }
    }
}
