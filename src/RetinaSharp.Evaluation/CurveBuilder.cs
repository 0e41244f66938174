using System.Runtime.CompilerServices;

namespace RetinaSharp.Evaluation;

/// <summary>
/// Computes the curves of a class from its matches. Optimized at once instead of tiered: scoring a file is one short run.
/// </summary>
internal static class CurveBuilder
{
    /// <summary>Computes precision and recall of one area range and IoU threshold.</summary>
    /// <param name="curves">Receives precision and recall.</param>
    /// <param name="matches">All evaluated detections of the class by descending score.</param>
    /// <param name="area">Area range.</param>
    /// <param name="iou">Index of the IoU threshold.</param>
    /// <param name="envelope">Buffer of at least as many elements as the class has ground truth boxes in the range.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Build(ClassCurves curves, ReadOnlySpan<MatchResult> matches, AreaRange area, int iou, Span<double> envelope)
    {
        var bit = SettingMask.At((int)area, iou);
        double groundTruths = curves.GroundTruthCounts[(int)area];
        int truePositives = 0, falsePositives = 0, truePositivesOf1 = 0, truePositivesOf10 = 0;
        foreach (ref readonly var match in matches)
        {
            if ((match.TruePositive & bit) != 0)
            {
                truePositives++;
                truePositivesOf1 += match.Rank < 1 ? 1 : 0;
                truePositivesOf10 += match.Rank < 10 ? 1 : 0;
                envelope[truePositives - 1] = truePositives / ((double)falsePositives + truePositives + CocoThresholds.Epsilon);
            }
            else if ((match.FalsePositive & bit) != 0)
            {
                falsePositives++;
            }
        }

        // Recall rises at true positives only and precision falls at every false one, so the maximum from the right over all
        // detections is the maximum over the true positives.
        for (var i = truePositives - 2; i >= 0; i--)
            envelope[i] = Math.Max(envelope[i], envelope[i + 1]);

        var precision = curves.PrecisionAt(area, iou);
        var reached = 0;
        for (var point = 0; point < precision.Length; point++)
        {
            // Recall 0 is reached by the first detection, true or false positive: its envelope is that of the first true positive.
            while (reached < truePositives && (reached + 1) / groundTruths < CocoThresholds.Recall[point])
                reached++;
            precision[point] = reached < truePositives ? envelope[reached] : 0;
        }

        curves.RecallAt((RecallSetting)area)[iou] = truePositives / groundTruths;
        if (area == AreaRange.All)
        {
            curves.RecallAt(RecallSetting.Best1)[iou] = truePositivesOf1 / groundTruths;
            curves.RecallAt(RecallSetting.Best10)[iou] = truePositivesOf10 / groundTruths;
        }
    }
}
