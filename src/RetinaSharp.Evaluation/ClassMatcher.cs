using System.Runtime.CompilerServices;
using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>
/// Matches the detections of one class with the ground truth, in one pass over the detections by descending score. Each detection is matched at all
/// 40 settings at once: the combinations of area range and IoU threshold, as bits of a <see cref="SettingMask"/>.
/// </summary>
/// <remarks>
/// <para>
/// For each setting, a detection matches the box with the highest IoU among the boxes that are not matched yet and not ignored; the later one of equals.
/// If there is no such box, it matches an ignored box by the same rule.
/// </para>
/// <para>
/// The results are those of pycocotools, which loops over images, settings and ground truth boxes, ignored boxes last. There a box with a higher or
/// equal IoU replaces the match, and the loop ends at the first ignored box if there is a match already. Detections of different images do not affect
/// each other, so the order of the images does not matter.
/// </para>
/// <para>
/// A detection that matches an annotation with id 0 is a false positive in <see cref="MatchResult.FalsePositive"/>, as in pycocotools, but has the match in
/// <see cref="MatchResult.GroundTruth"/>: <see cref="CocoEvaluator.Match"/>, and with it F1 and the confusion matrix, count it as a true positive.
/// </para>
/// </remarks>
/// <param name="groundTruths">Ground truth boxes of the class, sorted by image.</param>
/// <param name="starts">Index of the first ground truth box of each image, followed by the total number of boxes.</param>
/// <param name="used">Buffer of zeros, one element per ground truth box.</param>
internal readonly ref struct ClassMatcher(ReadOnlySpan<ClassGroundTruth> groundTruths, ReadOnlySpan<int> starts, Span<ulong> used)
{
    private readonly ReadOnlySpan<ClassGroundTruth> _groundTruths = groundTruths;

    /// <summary>Index of the first ground truth box of each image, followed by the total number of boxes.</summary>
    private readonly ReadOnlySpan<int> _starts = starts;

    /// <summary>For each ground truth box, the settings in which it is already matched.</summary>
    private readonly Span<ulong> _used = used;

    /// <summary>Ground truth boxes whose IoU with the current detection is at least .5, by descending IoU; of equals the later box first.</summary>
    private readonly List<(int GroundTruth, double Iou)> _candidates = [];

    /// <summary>
    /// Matches the next detection; call it by descending score. Compiled with full optimization at once, because an evaluation is too short for
    /// tiered compilation.
    /// </summary>
    /// <param name="detection">The detection.</param>
    /// <param name="rank">Index of the detection among those of its class and image, by descending score.</param>
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

    /// <summary>
    /// Matches a ground truth box in those of the given settings whose IoU threshold is reached and in which the box is not matched yet. A crowd can be
    /// matched any number of times.
    /// </summary>
    /// <returns>The settings in which the box is now matched with the detection.</returns>
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
