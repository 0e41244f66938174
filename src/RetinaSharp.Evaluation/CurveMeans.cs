using System.Buffers;

namespace RetinaSharp.Evaluation;

/// <summary>
/// Computes the mean precision and the mean recall of classes, with the same order of summation as numpy: over IoU thresholds, then recall points, then
/// classes. Classes without ground truth are left out; if all are, the mean is -1.
/// </summary>
internal static class CurveMeans
{
    public static double Precision(IReadOnlyList<ClassCurves> classes, AreaRange area, Range iou)
    {
        var present = Present(classes, area);
        var (first, count) = iou.GetOffsetAndLength(CocoThresholds.IouCount);
        return Mean(count * CocoThresholds.RecallCount * present.Length, values =>
        {
            var next = 0;
            for (var t = first; t < first + count; t++)
            {
                for (var point = 0; point < CocoThresholds.RecallCount; point++)
                {
                    foreach (var curves in present)
                        values[next++] = curves.PrecisionAt(area, t)[point];
                }
            }
        });
    }

    public static double Recall(IReadOnlyList<ClassCurves> classes, RecallSetting setting)
    {
        var present = Present(classes, setting <= RecallSetting.Large ? (AreaRange)setting : AreaRange.All);
        return Mean(CocoThresholds.IouCount * present.Length, values =>
        {
            var next = 0;
            for (var t = 0; t < CocoThresholds.IouCount; t++)
            {
                foreach (var curves in present)
                    values[next++] = curves.RecallAt(setting)[t];
            }
        });
    }

    private static ClassCurves[] Present(IReadOnlyList<ClassCurves> classes, AreaRange area) =>
        [.. classes.Where(curves => curves.GroundTruthCounts[(int)area] > 0)];

    private static double Mean(int count, Action<double[]> fill)
    {
        if (count == 0)
            return -1;
        var values = ArrayPool<double>.Shared.Rent(count);
        try
        {
            fill(values);
            return PairwiseSum.Compute(values.AsSpan(0, count)) / count;
        }
        finally
        {
            ArrayPool<double>.Shared.Return(values);
        }
    }
}
