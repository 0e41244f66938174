using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>Precision-recall curves and maximum recalls of one class, for every area range and IoU threshold.</summary>
internal sealed class ClassCurves(Category category, int detectionCount)
{
    private readonly double[] _precision = new double[CocoThresholds.AreaCount * CocoThresholds.IouCount * CocoThresholds.RecallCount];

    private readonly double[] _recall = new double[CocoThresholds.RecallSettings * CocoThresholds.IouCount];

    public Category Category { get; } = category;

    /// <summary>Number of evaluated detections of the class, at most 100 per image.</summary>
    public int DetectionCount { get; } = detectionCount;

    /// <summary>Number of ground truth boxes that are not ignored, for each <see cref="AreaRange"/>.</summary>
    public int[] GroundTruthCounts { get; } = new int[CocoThresholds.AreaCount];

    /// <summary>Returns the interpolated precision at the 101 recall points; not set if the class has no ground truth in the area range.</summary>
    public Span<double> PrecisionAt(AreaRange area, int iou) =>
        _precision.AsSpan(((int)area * CocoThresholds.IouCount + iou) * CocoThresholds.RecallCount, CocoThresholds.RecallCount);

    /// <summary>Returns the maximum recall at the ten IoU thresholds; not set if the class has no ground truth in the area range.</summary>
    public Span<double> RecallAt(RecallSetting setting) => _recall.AsSpan((int)setting * CocoThresholds.IouCount, CocoThresholds.IouCount);
}
