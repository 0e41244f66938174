using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetinaSharp.Boxes;

/// <summary>
/// Greedy non-maximum suppression (NMS): repeatedly keeps the box with the highest score and drops the boxes that overlap it.
/// </summary>
/// <remarks>
/// Boxes are visited in order of descending score, equal scores in input order. A box is kept unless its IoU with a box kept before exceeds
/// the threshold. Boxes with a score of NaN are dropped. A NaN coordinate gives an IoU of 0 or NaN, which suppresses nothing. Each
/// box is compared with kept boxes only, so the work stops as soon as enough boxes are kept. <see cref="SuppressByClass"/> compares boxes of
/// the same class only. Unlike torchvision, it does not offset coordinates by class, which would lose precision. O(n²) in the worst case, n boxes
/// without overlaps.
/// </remarks>
public static class NonMaximumSuppression
{
    /// <summary>Runs NMS over all boxes, whatever their class.</summary>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="threshold">A box is suppressed if its IoU with a kept box exceeds this.</param>
    /// <param name="maxCount">Maximum number of boxes to keep.</param>
    /// <returns>Indices of the kept boxes, by descending score.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or the threshold is NaN.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is negative.</exception>
    public static int[] Suppress(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, float threshold, int maxCount = int.MaxValue)
    {
        Check(boxes.Length, scores.Length, threshold, maxCount);
        var group = ArrayPool<int>.Shared.Rent(boxes.Length);
        try
        {
            group.AsSpan(0, boxes.Length).Clear();
            return Select(boxes, scores, group, [0], threshold, maxCount);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(group);
        }
    }

    /// <summary>Runs NMS within each class; boxes of different classes do not suppress each other.</summary>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="labels">Class ids, [n]; any integers.</param>
    /// <param name="threshold">A box is suppressed if its IoU with a kept box of its class exceeds this.</param>
    /// <param name="maxCount">Maximum number of boxes to keep, over all classes.</param>
    /// <returns>Indices of the kept boxes of all classes, by descending score.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or the threshold is NaN.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is negative.</exception>
    public static int[] SuppressByClass(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, float threshold, int maxCount = int.MaxValue)
    {
        Check(boxes.Length, scores.Length, threshold, maxCount);
        if (labels.Length != boxes.Length)
            throw new ArgumentException($"{labels.Length} labels for {boxes.Length} boxes", nameof(labels));
        var group = ArrayPool<int>.Shared.Rent(boxes.Length);
        try
        {
            return Select(boxes, scores, group, LabelGroups.Assign(labels, group), threshold, maxCount);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(group);
        }
    }

    private static void Check(int boxes, int scores, float threshold, int maxCount)
    {
        if (scores != boxes)
            throw new ArgumentException($"{scores} scores for {boxes} boxes", nameof(scores));
        if (float.IsNaN(threshold))
            throw new ArgumentException("the IoU threshold is NaN", nameof(threshold));
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);
    }

    /// <summary>
    /// Selects the boxes to keep, each compared with the kept boxes of its group (class). The coordinates of the kept boxes are stored in four
    /// columns, in which the boxes of a group are contiguous.
    /// </summary>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="group">Group of each box, at least n elements.</param>
    /// <param name="starts">Index in the columns of the first box of each group.</param>
    /// <param name="threshold">A box is suppressed if its IoU with a kept box of its group exceeds this.</param>
    /// <param name="maxCount">Maximum number of boxes to keep, over all groups.</param>
    /// <returns>Indices of the kept boxes, by descending score.</returns>
    private static int[] Select(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, int[] group, ReadOnlySpan<int> starts, float threshold, int maxCount)
    {
        var count = boxes.Length;
        var order = ArrayPool<ulong>.Shared.Rent(count);
        var columns = ArrayPool<float>.Shared.Rent(4 * count);
        var kept = ArrayPool<int>.Shared.Rent(count);
        var ends = ArrayPool<int>.Shared.Rent(starts.Length);
        try
        {
            starts.CopyTo(ends);
            var x1 = columns.AsSpan(0, count);
            var y1 = columns.AsSpan(count, count);
            var x2 = columns.AsSpan(2 * count, count);
            var y2 = columns.AsSpan(3 * count, count);
            var keptCount = 0;
            foreach (var key in order.AsSpan(0, TopScores.Sort(scores, order)))
            {
                if (keptCount == maxCount)
                    break;
                var i = TopScores.Index(key);
                var (start, end) = (starts[group[i]], ends[group[i]]);
                if (OverlapsAny(boxes[i], x1[start..end], y1[start..end], x2[start..end], y2[start..end], threshold))
                    continue;
                (x1[end], y1[end], x2[end], y2[end]) = (boxes[i].X1, boxes[i].Y1, boxes[i].X2, boxes[i].Y2);
                ends[group[i]]++;
                kept[keptCount++] = i;
            }

            return kept.AsSpan(0, keptCount).ToArray();
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(order);
            ArrayPool<float>.Shared.Return(columns);
            ArrayPool<int>.Shared.Return(kept);
            ArrayPool<int>.Shared.Return(ends);
        }
    }

    // AggressiveOptimization skips tiered compilation: without it the first image takes about 100x as long as later ones.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool OverlapsAny(
        Box box, ReadOnlySpan<float> x1, ReadOnlySpan<float> y1, ReadOnlySpan<float> x2, ReadOnlySpan<float> y2, float threshold)
    {
        var one = new BoxVector(box);
        var limit = new Vector<float>(threshold);
        var i = 0;
        for (; i <= x1.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var many = BoxVector.Load(
                in MemoryMarshal.GetReference(x1), in MemoryMarshal.GetReference(y1),
                in MemoryMarshal.GetReference(x2), in MemoryMarshal.GetReference(y2), i);
            if (Vector.GreaterThanAny(BoxVector.Iou(one, many), limit))
                return true;
        }

        for (; i < x1.Length; i++)
        {
            if (Iou.Compute(box, new(x1[i], y1[i], x2[i], y2[i])) > threshold)
                return true;
        }

        return false;
    }
}
