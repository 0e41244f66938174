using System.Runtime.CompilerServices;
using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>
/// Matches the detections of one class with the ground truth, at all 40 settings of area range and IoU threshold in one pass over the detections by
/// descending score.
/// </summary>
/// <remarks>
/// pycocotools loops over images, settings and ground truth boxes: first boxes that count, then ignored ones; a box of greater or equal IoU replaces the
/// match, and the loop ends at the first ignored box if there is a match. Equivalent per setting: of the free boxes that count the one of greatest IoU, the
/// later of equals; an ignored one only if none of those is free. Detections compete only within their image, so the order of images does not matter.
/// </remarks>
internal readonly ref struct ClassMatcher(ReadOnlySpan<ClassGroundTruth> groundTruths, ReadOnlySpan<int> starts, Span<ulong> used)
{
    private readonly ReadOnlySpan<ClassGroundTruth> _groundTruths = groundTruths;

    /// <summary>Index of the first ground truth box of each image, and the total.</summary>
    private readonly ReadOnlySpan<int> _starts = starts;

    /// <summary>For each ground truth box the settings in which it is matched.</summary>
    private readonly Span<ulong> _used = used;

    /// <summary>Ground truth boxes that the current detection overlaps, by descending IoU.</summary>
    private readonly List<(int GroundTruth, double Iou)> _candidates = [];

    /// <summary>Matches the next detection. Optimized at once instead of tiered: scoring a file is one short run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public MatchResult Match(in ClassDetection detection, int rank)
    {
        FindCandidates(detection);
        var truePositive = 0ul;
        var match = -1;
        var open = SettingMask.All;
        foreach (var (groundTruth, iou) in _candidates)
        {
            var taken = Take(groundTruth, iou, open & ~_groundTruths[groundTruth].Ignored);
            open &= ~taken;
            truePositive |= _groundTruths[groundTruth].CountsAsMatch ? taken : 0;
            match = (taken & SettingMask.At(0, 0)) != 0 ? groundTruth : match;
        }

        var falsePositive = SettingMask.All & ~truePositive & ~SettingMask.OutsideOfArea(detection.Box.Area);
        foreach (var (groundTruth, iou) in _candidates)
        {
            var taken = Take(groundTruth, iou, open & _groundTruths[groundTruth].Ignored);
            open &= ~taken;
            falsePositive &= ~taken;
            match = (taken & SettingMask.At(0, 0)) != 0 ? groundTruth : match;
        }

        return new(rank, truePositive, falsePositive, match);
    }

    private void FindCandidates(in ClassDetection detection)
    {
        _candidates.Clear();
        var end = _starts[detection.Image + 1];
        for (var groundTruth = _starts[detection.Image]; groundTruth < end; groundTruth++)
        {
            var iou = Iou.ComputeCoco(detection.Box, _groundTruths[groundTruth].Box, _groundTruths[groundTruth].IsCrowd);
            if (!(iou >= CocoThresholds.Iou[0]))
                continue;
            var index = _candidates.Count;
            while (index > 0 && _candidates[index - 1].Iou <= iou)
                index--;
            _candidates.Insert(index, (groundTruth, iou));
        }
    }

    /// <summary>Matches a ground truth box in those settings where its IoU is enough and it is free; a crowd is always free.</summary>
    private ulong Take(int groundTruth, double iou, ulong settings)
    {
        settings &= SettingMask.ReachedBy(iou);
        if (_groundTruths[groundTruth].IsCrowd)
            return settings;
        settings &= ~_used[groundTruth];
        _used[groundTruth] |= settings;
        return settings;
    }
}
