using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// Matches anchors to boxes from IoUs that come as a stream, box by box in ascending order; it keeps the best box of every anchor,
/// never the matrix. An IoU that is not offered is 0. Ties go as in torchvision's Matcher: an anchor takes the first of equal
/// boxes, a box all of equal anchors.
/// </summary>
internal sealed class Matcher : IDisposable
{
    private readonly int _anchors;
    private readonly float[] _bestIou;
    private readonly int[] _bestBox;
    private readonly bool[] _isBestOfBox;
    private readonly List<int> _bestOfBox = [];
    private float _boxIou;
    private bool _allAreBest;

    public Matcher(int anchors)
    {
        _anchors = anchors;
        _bestIou = ArrayPool<float>.Shared.Rent(anchors);
        _bestBox = ArrayPool<int>.Shared.Rent(anchors);
        _isBestOfBox = ArrayPool<bool>.Shared.Rent(anchors);
        _bestIou.AsSpan(0, anchors).Clear();
        _bestBox.AsSpan(0, anchors).Clear();
        _isBestOfBox.AsSpan(0, anchors).Clear();
    }

    /// <summary>Takes the IoUs of a box with anchors that lie beside each other.</summary>
    /// <param name="box">Index of the box.</param>
    /// <param name="first">The first of the anchors.</param>
    /// <param name="ious">IoUs of the box with it and those after it.</param>
    public void Offer(int box, int first, ReadOnlySpan<float> ious)
    {
        var best = _bestIou.AsSpan(first, ious.Length);
        var bestBox = _bestBox.AsSpan(first, ious.Length);
        var boxes = new Vector<int>(box);
        var i = 0;
        for (; i <= ious.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var iou = new Vector<float>(ious[i..]);
            var old = new Vector<float>(best[i..]);
            var better = Vector.GreaterThan(iou, old);
            Vector.ConditionalSelect(better, iou, old).CopyTo(best[i..]);
            Vector.ConditionalSelect(better, boxes, new Vector<int>(bestBox[i..])).CopyTo(bestBox[i..]);
            if (Vector.GreaterThanOrEqualAny(iou, new Vector<float>(Math.Max(_boxIou, float.Epsilon))))
                RankForBox(first + i, ious.Slice(i, Vector<float>.Count));
        }
        RankForBox(first + i, ious[i..]);
        for (; i < ious.Length; i++)
            if (ious[i] > best[i])
                (best[i], bestBox[i]) = (ious[i], box);
    }

    /// <summary>Says that all of a box's IoUs have been offered.</summary>
    /// <param name="lowQualityFloor">IoU from which the best anchors of the box are positive; null: none.</param>
    public void EndBox(double? lowQualityFloor)
    {
        if (_boxIou >= lowQualityFloor)
        {
            _allAreBest |= _boxIou == 0;
            foreach (var anchor in CollectionsMarshal.AsSpan(_bestOfBox))
                _isBestOfBox[anchor] = true;
        }
        _bestOfBox.Clear();
        _boxIou = 0;
    }

    /// <summary>The assignment that follows.</summary>
    /// <param name="settings">The thresholds.</param>
    /// <param name="classes">Class of each box.</param>
    public AnchorAssignment Finish(AssignerSettings settings, ReadOnlySpan<int> classes)
    {
        var labels = new int[_anchors];
        // In single, as the IoUs: .4 itself must not fall below the threshold.
        var (foreground, background) = ((float)settings.ForegroundIou, (float)settings.BackgroundIou);
        var count = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var iou = _bestIou[i];
            if (iou >= foreground || _isBestOfBox[i] || _allAreBest)
            {
                labels[i] = classes[_bestBox[i]];
                count++;
            }
            else
                labels[i] = iou < background ? SigmoidLoss.Background : SigmoidLoss.Ignore;
        }
        var positives = new int[count];
        var boxes = new int[count];
        for (int i = 0, next = 0; next < count; i++)
            if (labels[i] >= 0)
                (positives[next], boxes[next++]) = (i, _bestBox[i]);
        return new(labels, positives, boxes);
    }

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_bestIou);
        ArrayPool<int>.Shared.Return(_bestBox);
        ArrayPool<bool>.Shared.Return(_isBestOfBox);
    }

    // The anchors that are best for the box so far. No list is kept of those that do not touch it.
    private void RankForBox(int first, ReadOnlySpan<float> ious)
    {
        for (var i = 0; i < ious.Length; i++)
        {
            if (ious[i] < _boxIou || ious[i] == 0)
                continue;
            if (ious[i] > _boxIou)
                _bestOfBox.Clear();
            _boxIou = ious[i];
            _bestOfBox.Add(first + i);
        }
    }
}
