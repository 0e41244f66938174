using System.Buffers;
using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>Ground truth and detections of one class.</summary>
/// <param name="category">The class.</param>
/// <param name="images">Number of images of the dataset.</param>
/// <param name="groundTruths">Ground truth boxes of the class, sorted by image.</param>
/// <param name="detections">Detections of the class. Matching sorts them in place and overwrites those beyond the limit of 100 per image.</param>
internal sealed class ClassInput(Category category, int images, ArraySegment<ClassGroundTruth> groundTruths, ArraySegment<ClassDetection> detections)
{
    /// <summary>Matches the detections with the ground truth and computes the precision-recall curves.</summary>
    public ClassCurves Evaluate()
    {
        var results = ArrayPool<MatchResult>.Shared.Rent(detections.Count);
        var envelope = ArrayPool<double>.Shared.Rent(groundTruths.Count);
        try
        {
            var matched = Match(results);
            var curves = new ClassCurves(category, matched);
            for (var area = 0; area < CocoThresholds.AreaCount; area++)
            {
                foreach (ref readonly var groundTruth in groundTruths.AsSpan())
                    curves.GroundTruthCounts[area] += (groundTruth.Ignored & SettingMask.At(area, 0)) == 0 ? 1 : 0;
                if (curves.GroundTruthCounts[area] == 0)
                    continue;
                for (var t = 0; t < CocoThresholds.IouCount; t++)
                    CurveBuilder.Build(curves, results.AsSpan(0, matched), (AreaRange)area, t, envelope);
            }

            return curves;
        }
        finally
        {
            ArrayPool<MatchResult>.Shared.Return(results);
            ArrayPool<double>.Shared.Return(envelope);
        }
    }

    /// <summary>
    /// Returns the evaluated detections by descending score, each with the index of the ground truth box that it matches at IoU .5; -1: no match.
    /// </summary>
    public IReadOnlyList<(ClassDetection Detection, int GroundTruth)> Matches()
    {
        var results = new MatchResult[detections.Count];
        var matched = Match(results);
        return [.. detections.Take(matched).Zip(results, (detection, result) => (detection, result.GroundTruth))];
    }

    /// <summary>Matches the evaluated detections and moves them to the front, by descending score; returns their number.</summary>
    private int Match(Span<MatchResult> results)
    {
        var starts = ArrayPool<int>.Shared.Rent(images + 1);
        var ranks = ArrayPool<int>.Shared.Rent(images);
        var used = ArrayPool<ulong>.Shared.Rent(groundTruths.Count);
        try
        {
            FillStarts(starts.AsSpan(0, images + 1));
            ranks.AsSpan(0, images).Clear();
            used.AsSpan(0, groundTruths.Count).Clear();
            detections.AsSpan().Sort();
            var matcher = new ClassMatcher(groundTruths, starts, used);
            var matched = 0;
            var sorted = detections.AsSpan();
            foreach (ref readonly var detection in sorted)
            {
                var rank = ranks[detection.Image]++;
                if (rank >= CocoThresholds.MaxDetections)
                    continue;
                results[matched] = matcher.Match(detection, rank);
                sorted[matched++] = detection;
            }

            return matched;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(starts);
            ArrayPool<int>.Shared.Return(ranks);
            ArrayPool<ulong>.Shared.Return(used);
        }
    }

    private void FillStarts(Span<int> starts)
    {
        var next = 0;
        for (var image = 0; image < starts.Length; image++)
        {
            while (next < groundTruths.Count && groundTruths.AsSpan()[next].Image < image)
                next++;
            starts[image] = next;
        }
    }
}
