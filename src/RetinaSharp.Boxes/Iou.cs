using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetinaSharp.Boxes;

/// <summary>Intersection over union, in two forms.</summary>
/// <remarks>
/// The form in double on <see cref="BoxXywh"/> is for evaluation. It takes its steps in pycocotools' order, because IoU is
/// compared with thresholds there, and a last bit that differs moves a published figure. The forms in single precision on
/// <see cref="Box"/> are for assigning anchors and for non-maximum suppression, where millions are needed and where torchvision
/// computes in single precision too; the vectorised form gives the same bits as the
/// scalar one for boxes without NaN.
/// </remarks>
public static class Iou
{
    /// <summary>IoU in double, as pycocotools computes it; 0 where the boxes do not overlap.</summary>
    /// <param name="detection">A detected box.</param>
    /// <param name="truth">A box of the ground truth.</param>
    /// <param name="crowd">
    /// Whether the truth is a crowd region: then the intersection is divided by the detection's area alone, so that a detection
    /// of one member of the crowd counts as lying in it.
    /// </param>
    public static double Exact(BoxXywh detection, BoxXywh truth, bool crowd = false)
    {
        var width = Math.Min(detection.Width + detection.X, truth.Width + truth.X) - Math.Max(detection.X, truth.X);
        if (width <= 0)
            return 0;
        var height = Math.Min(detection.Height + detection.Y, truth.Height + truth.Y) - Math.Max(detection.Y, truth.Y);
        if (height <= 0)
            return 0;
        var intersection = width * height;
        return intersection / (crowd ? detection.Area : detection.Area + truth.Area - intersection);
    }

    /// <summary>IoU in single precision; 0 where the boxes do not overlap, also for boxes without area.</summary>
    /// <param name="a">One box.</param>
    /// <param name="b">The other.</param>
    public static float Compute(Box a, Box b)
    {
        var width = MathF.Max(MathF.Min(a.X2, b.X2) - MathF.Max(a.X1, b.X1), 0);
        var height = MathF.Max(MathF.Min(a.Y2, b.Y2) - MathF.Max(a.Y1, b.Y1), 0);
        var intersection = width * height;
        return intersection > 0 ? intersection / (a.Area + b.Area - intersection) : 0;
    }

    /// <summary>IoU of one box with each of many.</summary>
    /// <param name="box">The one.</param>
    /// <param name="others">The many, [n].</param>
    /// <param name="iou">Receives the values, [n].</param>
    /// <exception cref="ArgumentException"><paramref name="iou"/> has another length than <paramref name="others"/>.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneToMany(Box box, ReadOnlySpan<Box> others, Span<float> iou)
    {
        if (iou.Length != others.Length)
            throw new ArgumentException($"room for {iou.Length} values, but {others.Length} boxes", nameof(iou));
        for (var i = 0; i < others.Length; i++)
            iou[i] = Compute(box, others[i]);
    }

    /// <summary>IoU of one box with each of many that are given by columns, vectorised: the form for inner loops.</summary>
    /// <param name="box">The one.</param>
    /// <param name="x1">Left sides, [n].</param>
    /// <param name="y1">Upper sides, [n].</param>
    /// <param name="x2">Right sides, [n].</param>
    /// <param name="y2">Lower sides, [n].</param>
    /// <param name="iou">Receives the values, [n].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneToMany(
        Box box, ReadOnlySpan<float> x1, ReadOnlySpan<float> y1, ReadOnlySpan<float> x2, ReadOnlySpan<float> y2, Span<float> iou)
    {
        var count = x1.Length;
        if (y1.Length != count || x2.Length != count || y2.Length != count || iou.Length != count)
            throw new ArgumentException("the four columns and the result must have one length");
        var one = new BoxVector(box);
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var many = BoxVector.Load(
                in MemoryMarshal.GetReference(x1), in MemoryMarshal.GetReference(y1),
                in MemoryMarshal.GetReference(x2), in MemoryMarshal.GetReference(y2), i);
            BoxVector.Iou(one, many).StoreUnsafe(ref MemoryMarshal.GetReference(iou), (nuint)i);
        }

        for (; i < count; i++)
            iou[i] = Compute(box, new(x1[i], y1[i], x2[i], y2[i]));
    }
}
