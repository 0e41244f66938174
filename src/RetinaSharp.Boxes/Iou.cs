using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetinaSharp.Boxes;

/// <summary>Intersection over union (IoU), for evaluation in double precision and for assignment and NMS in fp32.</summary>
/// <remarks>
/// <see cref="ComputeCoco"/> is for evaluation. It follows pycocotools' order of operations: IoUs are compared with thresholds, so a
/// difference in the last bit can change a metric. The methods on <see cref="Box"/> are for anchor assignment and non-maximum suppression,
/// which compute millions of IoUs. They use fp32, as torchvision does. The vectorized overload returns the same bits as the scalar methods
/// for boxes without NaN.
/// </remarks>
public static class Iou
{
    /// <summary>Computes IoU in double precision, bit for bit as pycocotools does; 0 if the boxes do not overlap.</summary>
    /// <param name="detection">The detected box.</param>
    /// <param name="groundTruth">The ground-truth box.</param>
    /// <param name="isCrowd">
    /// Whether the ground truth is a crowd region. If so, the intersection is divided by the area of the detection alone, so that a detection
    /// inside of the region has an IoU of 1.
    /// </param>
    public static double ComputeCoco(BoxXywh detection, BoxXywh groundTruth, bool isCrowd = false)
    {
        var width = Math.Min(detection.Width + detection.X, groundTruth.Width + groundTruth.X) - Math.Max(detection.X, groundTruth.X);
        if (width <= 0)
            return 0;
        var height = Math.Min(detection.Height + detection.Y, groundTruth.Height + groundTruth.Y) - Math.Max(detection.Y, groundTruth.Y);
        if (height <= 0)
            return 0;
        var intersection = width * height;
        return intersection / (isCrowd ? detection.Area : detection.Area + groundTruth.Area - intersection);
    }

    /// <summary>Computes IoU in fp32; 0 if the boxes do not overlap or have no area.</summary>
    /// <param name="a">The first box.</param>
    /// <param name="b">The second box.</param>
    public static float Compute(Box a, Box b)
    {
        var width = MathF.Max(MathF.Min(a.X2, b.X2) - MathF.Max(a.X1, b.X1), 0);
        var height = MathF.Max(MathF.Min(a.Y2, b.Y2) - MathF.Max(a.Y1, b.Y1), 0);
        var intersection = width * height;
        return intersection > 0 ? intersection / (a.Area + b.Area - intersection) : 0;
    }

    /// <summary>Computes the IoU of one box with each of many boxes, in fp32.</summary>
    /// <param name="box">The box.</param>
    /// <param name="others">The boxes to compare it with, [n].</param>
    /// <param name="iou">Receives the IoUs, [n].</param>
    /// <exception cref="ArgumentException">The lengths of <paramref name="iou"/> and <paramref name="others"/> differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneToMany(Box box, ReadOnlySpan<Box> others, Span<float> iou)
    {
        if (iou.Length != others.Length)
            throw new ArgumentException($"{iou.Length} IoUs for {others.Length} boxes: the lengths must be equal", nameof(iou));
        for (var i = 0; i < others.Length; i++)
            iou[i] = Compute(box, others[i]);
    }

    /// <summary>
    /// Computes the IoU of one box with each of many boxes, in fp32. Vectorized, for inner loops: the coordinates are given as four columns.
    /// </summary>
    /// <param name="box">The box.</param>
    /// <param name="x1">Left edges, [n].</param>
    /// <param name="y1">Top edges, [n].</param>
    /// <param name="x2">Right edges, [n].</param>
    /// <param name="y2">Bottom edges, [n].</param>
    /// <param name="iou">Receives the IoUs, [n].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneToMany(
        Box box, ReadOnlySpan<float> x1, ReadOnlySpan<float> y1, ReadOnlySpan<float> x2, ReadOnlySpan<float> y2, Span<float> iou)
    {
        var count = x1.Length;
        if (y1.Length != count || x2.Length != count || y2.Length != count || iou.Length != count)
            throw new ArgumentException("the four columns and the result must have equal lengths");
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
