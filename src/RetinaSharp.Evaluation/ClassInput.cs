using System.Buffers;
using RetinaSharp.Annotations;

namespace RetinaSharp.Evaluation;

/// <summary>Truth and detections of one class.</summary>
/// <param name="category">The class.</param>
/// <param name="images">How many images there are.</param>
/// <param name="truths">Its boxes, by rising image.</param>
/// <param name="detections">Its detections; evaluation sorts them.</param>
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
            foreach (ref readonly var detection in detections.AsSpan())
            {
                var rank = ranks[detection.Image]++;
                if (rank < CocoThresholds.MaxDetections)
                    verdicts[matched++] = matcher.Match(detection, rank);
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
