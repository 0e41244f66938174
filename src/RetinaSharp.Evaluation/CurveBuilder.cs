using System.Runtime.CompilerServices;

namespace RetinaSharp.Evaluation;

/// <summary>
/// Computes the precision-recall curves of a class from its matched detections. Compiled with full optimization at once, without tiered
/// compilation, because an evaluation is too short to reach the second tier.
/// </summary>
internal static class CurveBuilder
{
    /// <summary>Computes the precision at the 101 recall points, and the maximum recall, for one area range and IoU threshold.</summary>
    /// <param name="curves">Receives precision and recall; its ground truth count of the area range is already set and above 0.</param>
    /// <param name="matches">All evaluated detections of the class by descending score.</param>
    /// <param name="area">Area range.</param>
    /// <param name="iou">Index of the IoU threshold.</param>
    /// <param name="envelope">
    /// Buffer for the precision at each true positive, of at least as many elements as the class has ground truth boxes in the area range.
    /// </param>
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

        // Interpolated precision is the maximum of the precision at this and all later detections. Precision falls at every false
        // positive, so only the true positives need to be compared.
        for (var i = truePositives - 2; i >= 0; i--)
            envelope[i] = Math.Max(envelope[i], envelope[i + 1]);

        var precision = curves.PrecisionAt(area, iou);
        var reached = 0;
        for (var point = 0; point < precision.Length; point++)
        {
            // Recall 0 is reached by the first detection, be it a true or a false positive. Its interpolated precision is that of the
            // first true positive.
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
