using System.Runtime.CompilerServices;

namespace RetinaSharp.Evaluation;

/// <summary>
/// Turns the verdicts of a class into its curves. Compiled at full speed at once: scoring a file is one short run.
/// </summary>
internal static class CurveBuilder
{
    /// <summary>Fills the curves of one area range and IoU threshold.</summary>
    /// <param name="curves">Receives precision and recall.</param>
    /// <param name="verdicts">All detections of the class by falling score.</param>
    /// <param name="area">Area range.</param>
    /// <param name="iou">Place of the IoU threshold.</param>
    /// <param name="envelope">Room for as many numbers as the class has boxes in the range.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Build(ClassCurves curves, ReadOnlySpan<Verdict> verdicts, AreaRange area, int iou, Span<double> envelope)
    {
        var bit = Verdict.At((int)area, iou);
        double truths = curves.Truths[(int)area];
        int right = 0, wrong = 0, rightOf1 = 0, rightOf10 = 0;
        foreach (ref readonly var verdict in verdicts)
        {
            if ((verdict.Right & bit) != 0)
            {
                right++;
                rightOf1 += verdict.Rank < 1 ? 1 : 0;
                rightOf10 += verdict.Rank < 10 ? 1 : 0;
                envelope[right - 1] = right / ((double)wrong + right + CocoThresholds.Epsilon);
            }
            else if ((verdict.Wrong & bit) != 0)
            {
                wrong++;
            }
        }

        // Recall rises at true positives only and precision falls at every false one, so the maximum from the right over all
        // detections is the maximum over the true positives.
        for (var i = right - 2; i >= 0; i--)
            envelope[i] = Math.Max(envelope[i], envelope[i + 1]);

        var precision = curves.PrecisionAt(area, iou);
        var reached = 0;
        for (var point = 0; point < precision.Length; point++)
        {
            // Recall 0 is reached by the first detection, right or wrong: its envelope is that of the first right one.
            while (reached < right && (reached + 1) / truths < CocoThresholds.Recall[point])
                reached++;
            precision[point] = reached < right ? envelope[reached] : 0;
        }

        curves.RecallAt((RecallRow)area)[iou] = right / truths;
        if (area == AreaRange.All)
        {
            curves.RecallAt(RecallRow.Best1)[iou] = rightOf1 / truths;
            curves.RecallAt(RecallRow.Best10)[iou] = rightOf10 / truths;
        }
    }
}
