using System.Buffers;
using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>Truth and detections of one class.</summary>
/// <param name="category">The class.</param>
/// <param name="images">How many images there are.</param>
/// <param name="truths">Its boxes, by rising image.</param>
/// <param name="detections">Its detections; evaluation sorts them, and keeps those that take part.</param>
internal sealed class ClassInput(Category category, int images, ArraySegment<ClassTruth> truths, ArraySegment<ClassDetection> detections)
{
    /// <summary>Matches and measures.</summary>
    public ClassCurves Evaluate()
    {
        var verdicts = ArrayPool<Verdict>.Shared.Rent(detections.Count);
        var envelope = ArrayPool<double>.Shared.Rent(truths.Count);
        try
        {
            var matched = Match(verdicts);
            var curves = new ClassCurves(category, matched);
            for (var area = 0; area < CocoThresholds.AreaCount; area++)
            {
                foreach (ref readonly var truth in truths.AsSpan())
                    curves.Truths[area] += (truth.Ignored & Verdict.At(area, 0)) == 0 ? 1 : 0;
                if (curves.Truths[area] == 0)
                    continue;
                for (var t = 0; t < CocoThresholds.IouCount; t++)
                    CurveBuilder.Build(curves, verdicts.AsSpan(0, matched), (AreaRange)area, t, envelope);
            }

            return curves;
        }
        finally
        {
            ArrayPool<Verdict>.Shared.Return(verdicts);
            ArrayPool<double>.Shared.Return(envelope);
        }
    }

    /// <summary>Each detection that takes part, by falling score, with the truth that it is matched with at IoU .5: its place, or -1.</summary>
    public IReadOnlyList<(ClassDetection Detection, int Truth)> Matches()
    {
        var verdicts = new Verdict[detections.Count];
        var matched = Match(verdicts);
        return [.. detections.Take(matched).Zip(verdicts, (detection, verdict) => (detection, verdict.Truth))];
    }

    /// <summary>Judges the detections that take part, and puts them first, by falling score; gives how many they are.</summary>
    private int Match(Span<Verdict> verdicts)
    {
        var starts = ArrayPool<int>.Shared.Rent(images + 1);
        var ranks = ArrayPool<int>.Shared.Rent(images);
        var used = ArrayPool<ulong>.Shared.Rent(truths.Count);
        try
        {
            FillStarts(starts.AsSpan(0, images + 1));
            ranks.AsSpan(0, images).Clear();
            used.AsSpan(0, truths.Count).Clear();
            detections.AsSpan().Sort();
            var matcher = new ClassMatcher(truths, starts, used);
            var matched = 0;
            var sorted = detections.AsSpan();
            foreach (ref readonly var detection in sorted)
            {
                var rank = ranks[detection.Image]++;
                if (rank >= CocoThresholds.MaxDetections)
                    continue;
                verdicts[matched] = matcher.Match(detection, rank);
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
        var truth = 0;
        for (var image = 0; image < starts.Length; image++)
        {
            while (truth < truths.Count && truths.AsSpan()[truth].Image < image)
                truth++;
            starts[image] = truth;
        }
    }
}
