using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetinaSharp.Boxes;

/// <summary>Greedy non-maximum suppression: the best box stays, what overlaps it goes, and so on.</summary>
/// <remarks>
/// Boxes are taken by falling score, ties in the order of the input. One is kept unless its IoU with a box kept before is greater
/// than the threshold. A box whose score is NaN is left out; a NaN coordinate gives an IoU of 0 or NaN, which suppresses nothing.
/// Candidates are held against kept boxes only, so the work ends with the last box that is wanted, and a class-wise run
/// needs no shifted coordinates, which would cost precision.
/// </remarks>
public static class NonMaximumSuppression
{
    /// <summary>Suppression among all boxes.</summary>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="threshold">Greatest IoU at which both boxes stay.</param>
    /// <param name="limit">How many boxes to keep at most.</param>
    /// <returns>Indices of the kept boxes by falling score.</returns>
    /// <exception cref="ArgumentException">The lengths differ, the threshold is NaN or the limit is negative.</exception>
    public static int[] Suppress(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, float threshold, int limit = int.MaxValue)
    {
        Check(boxes.Length, scores.Length, threshold, limit);
        var region = ArrayPool<int>.Shared.Rent(boxes.Length);
        try
        {
            region.AsSpan(0, boxes.Length).Clear();
            return Run(boxes, scores, region, [0], threshold, limit);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(region);
        }
    }

    /// <summary>Suppression within each class; boxes of different classes leave each other alone.</summary>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="labels">Classes, [n]; any numbers.</param>
    /// <param name="threshold">Greatest IoU at which both boxes stay.</param>
    /// <param name="limit">How many boxes to keep at most, over all classes.</param>
    /// <returns>Indices of the kept boxes of all classes by falling score.</returns>
    /// <exception cref="ArgumentException">The lengths differ, the threshold is NaN or the limit is negative.</exception>
    public static int[] SuppressByClass(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, float threshold, int limit = int.MaxValue)
    {
        Check(boxes.Length, scores.Length, threshold, limit);
        if (labels.Length != boxes.Length)
            throw new ArgumentException($"{labels.Length} labels for {boxes.Length} boxes", nameof(labels));
        var region = ArrayPool<int>.Shared.Rent(boxes.Length);
        try
        {
            var regionOfLabel = new Dictionary<int, int>();
            var starts = new List<int>();
            for (var i = 0; i < labels.Length; i++)
            {
                if (!regionOfLabel.TryGetValue(labels[i], out region[i]))
                {
                    regionOfLabel.Add(labels[i], region[i] = starts.Count);
                    starts.Add(0);
                }

                starts[region[i]]++;
            }

            var start = 0;
            foreach (ref var entry in CollectionsMarshal.AsSpan(starts))
                (entry, start) = (start, start + entry);
            return Run(boxes, scores, region, CollectionsMarshal.AsSpan(starts), threshold, limit);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(region);
        }
    }

    private static void Check(int boxes, int scores, float threshold, int limit)
    {
        if (scores != boxes)
            throw new ArgumentException($"{scores} scores for {boxes} boxes", nameof(scores));
        if (float.IsNaN(threshold))
            throw new ArgumentException("the IoU threshold is NaN", nameof(threshold));
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
    }

    /// <summary>The kept boxes of each class lie together in four columns, from the start of its region on.</summary>
    private static int[] Run(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, int[] region, ReadOnlySpan<int> starts, float threshold, int limit)
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
            foreach (var key in order.AsSpan(0, SortByFallingScore(scores, order)))
            {
                if (keptCount == limit)
                    break;
                var i = (int)(uint)key;
                var (start, end) = (starts[region[i]], ends[region[i]]);
                if (OverlapsAny(boxes[i], x1[start..end], y1[start..end], x2[start..end], y2[start..end], threshold))
                    continue;
                (x1[end], y1[end], x2[end], y2[end]) = (boxes[i].X1, boxes[i].Y1, boxes[i].X2, boxes[i].Y2);
                ends[region[i]]++;
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

    /// <summary>
    /// One number a box, the score's bits above its index, so that sorting plain numbers is a stable sort by falling score.
    /// </summary>
    private static int SortByFallingScore(ReadOnlySpan<float> scores, ulong[] keys)
    {
        var count = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (float.IsNaN(scores[i]))
                continue;
            // Adding zero makes -0 the equal of 0. Flipping bits makes the order of floats that of unsigned numbers.
            var bits = BitConverter.SingleToUInt32Bits(scores[i] + 0f);
            var rising = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
            keys[count++] = ((ulong)~rising << 32) | (uint)i;
        }

        Array.Sort(keys, 0, count);
        return count;
    }

    // Compiled at full speed at once: the first image is not to take a hundred times as long as the second.
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
