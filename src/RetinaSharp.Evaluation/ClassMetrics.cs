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

    /// <summary>The class.</summary>
    public Category Category { get; }

    /// <summary>Number of its ground truth boxes, without crowds.</summary>
    public int GroundTruthCount { get; }

    /// <summary>Number of its evaluated detections, at most 100 per image.</summary>
    public int DetectionCount { get; }

    /// <summary>
    /// The interpolated precision-recall curve at IoU .5: [101], at recalls 0, .01, … 1 the highest precision at that recall or a greater one, 0 where the
    /// recall is not reached. Its mean is <see cref="CocoSummary.AP50"/>. Empty without ground truth.
    /// </summary>
    public IReadOnlyList<double> PrecisionByRecall { get; }
}
