using System.Runtime.CompilerServices;
using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>
/// Matches the detections of one class with the truth, at all 40 settings at once, in one pass over the detections by falling score.
/// </summary>
/// <remarks>
/// pycocotools goes image by image and setting by setting, and over the truths of an image in order: those that count first, then
/// the ignored ones; a truth of greater or equal IoU replaces the match, and the search ends at the first ignored truth if there is
/// a match. That is: at each setting the free truth of greatest IoU, the later one of equals, and an ignored one only if no other
/// is free. A detection competes only with those of its own image, and their order among each other is the same in both ways.
/// </remarks>
internal readonly ref struct ClassMatcher(ReadOnlySpan<ClassTruth> truths, ReadOnlySpan<int> starts, Span<ulong> used)
{
    private readonly ReadOnlySpan<ClassTruth> _truths = truths;

    /// <summary>Where the truths of each image start, and behind them the end.</summary>
    private readonly ReadOnlySpan<int> _starts = starts;

    /// <summary>For each truth the settings in which it has been matched.</summary>
    private readonly Span<ulong> _used = used;

    /// <summary>What one detection overlaps, best first.</summary>
    private readonly List<(int Truth, double Iou)> _candidates = [];

    /// <summary>Judges the next detection. Compiled at full speed at once: scoring a file is one short run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Verdict Match(in ClassDetection detection, int rank)
    {
        FindCandidates(detection);
        var right = 0ul;
        var match = -1;
        var open = Verdict.Everywhere;
        foreach (var (truth, iou) in _candidates)
        {
            var taken = Take(truth, iou, open & ~_truths[truth].Ignored);
            open &= ~taken;
            right |= _truths[truth].CountsAsMatch ? taken : 0;
            match = (taken & Verdict.At(0, 0)) != 0 ? truth : match;
        }

        var wrong = Verdict.Everywhere & ~right & ~Verdict.Outside(detection.Box.Area);
        foreach (var (truth, iou) in _candidates)
        {
            var taken = Take(truth, iou, open & _truths[truth].Ignored);
            open &= ~taken;
            wrong &= ~taken;
            match = (taken & Verdict.At(0, 0)) != 0 ? truth : match;
        }

        return new(rank, right, wrong, match);
    }

    private void FindCandidates(in ClassDetection detection)
    {
        _candidates.Clear();
        var end = _starts[detection.Image + 1];
        for (var truth = _starts[detection.Image]; truth < end; truth++)
        {
            var iou = Iou.ComputeCoco(detection.Box, _truths[truth].Box, _truths[truth].IsCrowd);
            if (!(iou >= CocoThresholds.Iou[0]))
                continue;
            var place = _candidates.Count;
            while (place > 0 && _candidates[place - 1].Iou <= iou)
                place--;
            _candidates.Insert(place, (truth, iou));
        }
    }

    /// <summary>Uses a truth up where its IoU is enough and it is free; a crowd is never used up.</summary>
    private ulong Take(int truth, double iou, ulong settings)
    {
        settings &= Verdict.Reached(iou);
        if (_truths[truth].IsCrowd)
            return settings;
        settings &= ~_used[truth];
        _used[truth] |= settings;
        return settings;
    }
}
