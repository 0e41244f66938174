using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>The COCO metrics of one class.</summary>
public sealed record ClassMetrics : CocoSummary
{
    internal ClassMetrics(ClassCurves curves)
        : base([curves])
    {
        (Category, GroundTruthCount, DetectionCount) = (curves.Category, curves.GroundTruthCounts[(int)AreaRange.All], curves.DetectionCount);
        PrecisionByRecall = GroundTruthCount == 0 ? [] : curves.PrecisionAt(AreaRange.All, 0).ToArray();
    }

    /// <summary>The class that is evaluated.</summary>
    public Category Category { get; }

    /// <summary>Number of ground truth boxes of the class, without crowds.</summary>
    public int GroundTruthCount { get; }

    /// <summary>Number of evaluated detections of the class, at most 100 per image.</summary>
    public int DetectionCount { get; }

    /// <summary>
    /// The interpolated precision-recall curve at IoU .5, [101], at recalls 0, .01, … 1. Each value is the highest precision at this recall or a higher
    /// one, 0 if the recall is not reached. The mean is <see cref="CocoSummary.AP50"/>. Empty if the class has no ground truth.
    /// </summary>
    public IReadOnlyList<double> PrecisionByRecall { get; }
}
