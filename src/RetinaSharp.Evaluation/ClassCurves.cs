using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>Precision-recall curves and recalls of one class, for every area range and IoU threshold.</summary>
internal sealed class ClassCurves(Category category, int detectionCount)
{
    private readonly double[] _precision = new double[CocoThresholds.AreaCount * CocoThresholds.IouCount * CocoThresholds.RecallCount];

    private readonly double[] _recall = new double[CocoThresholds.RecallSettings * CocoThresholds.IouCount];

    public Category Category { get; } = category;

    /// <summary>Number of evaluated detections.</summary>
    public int DetectionCount { get; } = detectionCount;

    /// <summary>Number of ground truth boxes that are not ignored, by area range.</summary>
    public int[] GroundTruthCounts { get; } = new int[CocoThresholds.AreaCount];

    /// <summary>Precision at the 101 recall points; undefined where there is no ground truth.</summary>
    public Span<double> PrecisionAt(AreaRange area, int iou) =>
        _precision.AsSpan(((int)area * CocoThresholds.IouCount + iou) * CocoThresholds.RecallCount, CocoThresholds.RecallCount);

    /// <summary>Recall at the ten IoU thresholds; undefined where there is no ground truth.</summary>
    public Span<double> RecallAt(RecallSetting setting) => _recall.AsSpan((int)setting * CocoThresholds.IouCount, CocoThresholds.IouCount);
}
