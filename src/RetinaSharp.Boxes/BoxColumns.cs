namespace RetinaSharp.Boxes;

/// <summary>Boxes as four columns of coordinates, for vectorized IoUs of one box with many.</summary>
internal readonly struct BoxColumns
{
    private readonly float[] _x1;
    private readonly float[] _y1;
    private readonly float[] _x2;
    private readonly float[] _y2;

    /// <summary>Creates columns of zeros.</summary>
    /// <param name="count">Number of boxes.</param>
    public BoxColumns(int count) => (_x1, _y1, _x2, _y2) = (new float[count], new float[count], new float[count], new float[count]);

    /// <summary>The box at an index.</summary>
    public Box this[int index]
    {
        get => new(_x1[index], _y1[index], _x2[index], _y2[index]);
        set => (_x1[index], _y1[index], _x2[index], _y2[index]) = (value.X1, value.Y1, value.X2, value.Y2);
    }

    /// <summary>Computes the IoU of a box with each box of a range.</summary>
    /// <param name="box">The box.</param>
    /// <param name="range">The range of indices.</param>
    /// <param name="iou">Receives the IoUs at the indices of the range.</param>
    public void Iou(Box box, Range range, float[] iou) =>
        Boxes.Iou.OneToMany(box, _x1.AsSpan(range), _y1.AsSpan(range), _x2.AsSpan(range), _y2.AsSpan(range), iou.AsSpan(range));
}
