using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Matches anchors to boxes from a stream of IoUs, without storing the IoU matrix: only the best box of every anchor and the best anchors of every
/// box are kept. Boxes must be offered in ascending order; the anchors of a box may come in any order. An IoU that is not offered counts as 0.
/// Ties are broken as in torchvision's Matcher: an anchor takes the first of the boxes with equal IoU; a box takes all anchors with equal IoU.
/// </summary>
internal sealed class Matcher : IDisposable
{
    private readonly AssignerSettings _settings;
    private readonly int _anchors;
    private readonly int _boxes;
    private readonly float[] _bestIou;
    private readonly int[] _bestBox;
    private readonly float[] _boxIou;
    // Anchors whose IoU with a box was the highest of those offered so far. An anchor offered later may be better, so Finish filters the list.
    private readonly List<(int Box, int Anchor, float Iou)> _candidates = [];
    // Length of the list above which the candidates that a better anchor has beaten are removed.
    private int _maxCandidates;
    private int _lastBox = -1;
    private int _firstOfLastBox;

    /// <param name="anchors">Number of anchors.</param>
    /// <param name="boxes">Number of boxes.</param>
    /// <param name="settings">The thresholds.</param>
    public Matcher(int anchors, int boxes, AssignerSettings settings)
    {
        (_anchors, _boxes, _settings, _maxCandidates) = (anchors, boxes, settings, 2 * anchors);
        _bestIou = ArrayPool<float>.Shared.Rent(anchors);
        _bestBox = ArrayPool<int>.Shared.Rent(anchors);
        _boxIou = ArrayPool<float>.Shared.Rent(boxes);
        _bestIou.AsSpan(0, anchors).Clear();
        _bestBox.AsSpan(0, anchors).Clear();
        // Starting from the floor, no anchor below it is recorded. In fp32, as the IoUs: an IoU of exactly .7f must not be below a floor of .7.
        _boxIou.AsSpan(0, boxes).Fill((float?)settings.LowQualityFloor ?? float.PositiveInfinity);
    }

    /// <summary>Adds the IoUs of a box with consecutive anchors.</summary>
    /// <param name="box">Index of the box.</param>
    /// <param name="first">Index of the first of these anchors.</param>
    /// <param name="ious">IoU of the box with each of these anchors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Offer(int box, int first, ReadOnlySpan<float> ious)
    {
        if (box != _lastBox)
        {
            if (_candidates.Count > _maxCandidates)
                RemoveBeaten();
            (_lastBox, _firstOfLastBox) = (box, _candidates.Count);
        }

        ref var best = ref MemoryMarshal.GetReference(_bestIou.AsSpan(first, ious.Length));
        ref var bestBox = ref MemoryMarshal.GetReference(_bestBox.AsSpan(first, ious.Length));
        ref var offered = ref MemoryMarshal.GetReference(ious);
        var boxes = new Vector<int>(box);
        var bestOfBox = new Vector<float>(Math.Max(_boxIou[box], float.Epsilon));
        var i = 0;
        for (; i <= ious.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var iou = Vector.LoadUnsafe(in offered, (nuint)i);
            var old = Vector.LoadUnsafe(in best, (nuint)i);
            var better = Vector.GreaterThan(iou, old);
            Vector.ConditionalSelect(better, iou, old).StoreUnsafe(ref best, (nuint)i);
            Vector.ConditionalSelect(better, boxes, Vector.LoadUnsafe(in bestBox, (nuint)i)).StoreUnsafe(ref bestBox, (nuint)i);
            if (Vector.GreaterThanOrEqualAny(iou, bestOfBox))
                bestOfBox = new(RankForBox(box, first + i, ious.Slice(i, Vector<float>.Count)));
        }

        RankForBox(box, first + i, ious[i..]);
        for (; i < ious.Length; i++)
            if (ious[i] > _bestIou[first + i])
                (_bestIou[first + i], _bestBox[first + i]) = (ious[i], box);
    }

    /// <summary>Labels all anchors by the IoUs offered so far and the thresholds, and returns the assignment.</summary>
    /// <param name="classes">Class index of each box.</param>
    public AnchorAssignment Finish(ReadOnlySpan<int> classes)
    {
        var labels = new int[_anchors];
        // Thresholds in fp32, as the IoUs: an IoU of exactly .4f must not be below a threshold of .4.
        var (foreground, background) = ((float)_settings.ForegroundIou, (float)_settings.BackgroundIou);
        // With floor 0, a box that overlaps no anchor has best IoU 0 with all anchors, so they all become positive (torchvision's rule).
        if (_boxIou.AsSpan(0, _boxes).Contains(0f))
            foreground = 0;
        Threshold(_bestIou.AsSpan(0, _anchors), foreground, background, labels);
        foreach (var (box, anchor, iou) in _candidates)
            if (iou == _boxIou[box])
                labels[anchor] = Positive;

        var positives = new int[labels.AsSpan().Count(Positive)];
        var boxes = new int[positives.Length];
        var at = -1;
        for (var next = 0; next < positives.Length; next++)
        {
            at += 1 + labels.AsSpan(at + 1).IndexOf(Positive);
            (positives[next], boxes[next]) = (at, _bestBox[at]);
        }

        for (var i = 0; i < positives.Length; i++)
            labels[positives[i]] = classes[boxes[i]];
        return new(labels, positives, boxes);
    }

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_bestIou);
        ArrayPool<int>.Shared.Return(_bestBox);
        ArrayPool<float>.Shared.Return(_boxIou);
    }

    // Placeholder label of positive anchors until the class index is filled in.
    private const int Positive = int.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Threshold(ReadOnlySpan<float> ious, float foreground, float background, Span<int> labels)
    {
        var (positive, ignore, negative) = (new Vector<int>(Positive), new Vector<int>(SigmoidLoss.Ignore), new Vector<int>(SigmoidLoss.Background));
        var (from, below) = (new Vector<float>(foreground), new Vector<float>(background));
        var i = 0;
        for (; i <= ious.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var iou = new Vector<float>(ious[i..]);
            var rest = Vector.ConditionalSelect(Vector.LessThan(iou, below), negative, ignore);
            Vector.ConditionalSelect(Vector.GreaterThanOrEqual(iou, from), positive, rest).CopyTo(labels[i..]);
        }

        for (; i < ious.Length; i++)
            labels[i] = ious[i] >= foreground ? Positive : ious[i] < background ? SigmoidLoss.Background : SigmoidLoss.Ignore;
    }

    // The limit leaves room for as many candidates again, so that a list of many ties is not searched in vain for every box.
    private void RemoveBeaten()
    {
        _candidates.RemoveAll(candidate => candidate.Iou < _boxIou[candidate.Box]);
        _maxCandidates = Math.Max(_maxCandidates, 2 * _candidates.Count);
    }

    // Updates the list of anchors that have the highest IoU with the box so far, and returns this IoU. Anchors with IoU 0 are not recorded.
    private float RankForBox(int box, int first, ReadOnlySpan<float> ious)
    {
        ref var best = ref _boxIou[box];
        for (var i = 0; i < ious.Length; i++)
        {
            if (ious[i] < best || ious[i] == 0)
                continue;
            if (ious[i] > best)
                CollectionsMarshal.SetCount(_candidates, _firstOfLastBox);
            best = ious[i];
            _candidates.Add((box, first + i, best));
        }

        return best;
    }
}
