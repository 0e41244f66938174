using System.Numerics;
using System.Runtime.CompilerServices;

namespace RetinaSharp.Boxes;

/// <summary>Several boxes, one per lane of a vector register: four registers hold X1, Y1, X2 and Y2.</summary>
internal readonly struct BoxVector
{
    private readonly Vector<float> _x1;
    private readonly Vector<float> _y1;
    private readonly Vector<float> _x2;
    private readonly Vector<float> _y2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BoxVector(Vector<float> x1, Vector<float> y1, Vector<float> x2, Vector<float> y2) => (_x1, _y1, _x2, _y2) = (x1, y1, x2, y2);

    /// <summary>Broadcasts a box to all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BoxVector(Box box)
        : this(new Vector<float>(box.X1), new Vector<float>(box.Y1), new Vector<float>(box.X2), new Vector<float>(box.Y2))
    {
    }

    /// <summary>
    /// Loads one box per lane from four columns of coordinates. The caller guarantees that each column has at least a vector's number of elements
    /// from <paramref name="index"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BoxVector Load(ref readonly float x1, ref readonly float y1, ref readonly float x2, ref readonly float y2, int index) => new(
        Vector.LoadUnsafe(in x1, (nuint)index), Vector.LoadUnsafe(in y1, (nuint)index),
        Vector.LoadUnsafe(in x2, (nuint)index), Vector.LoadUnsafe(in y2, (nuint)index));

    /// <summary>
    /// Computes the IoU in each lane, with the same operations in the same order as <see cref="Boxes.Iou.Compute"/>. The native minimum and maximum
    /// do not propagate NaN. But a box with a NaN coordinate has a NaN area, so its IoU is still NaN or 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Iou(BoxVector a, BoxVector b)
    {
        var width = Vector.MaxNative(Vector.MinNative(a._x2, b._x2) - Vector.MaxNative(a._x1, b._x1), Vector<float>.Zero);
        var height = Vector.MaxNative(Vector.MinNative(a._y2, b._y2) - Vector.MaxNative(a._y1, b._y1), Vector<float>.Zero);
        var intersection = width * height;
        var areaA = (a._x2 - a._x1) * (a._y2 - a._y1);
        var areaB = (b._x2 - b._x1) * (b._y2 - b._y1);
        return Vector.ConditionalSelect(
            Vector.GreaterThan(intersection, Vector<float>.Zero), intersection / (areaA + areaB - intersection), Vector<float>.Zero);
    }
}
