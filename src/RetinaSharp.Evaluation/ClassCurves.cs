using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>Precision curves and recalls of one class, for every area range and IoU threshold.</summary>
internal sealed class ClassCurves(Category category, int detections)
{
    private readonly double[] _precision = new double[CocoThresholds.AreaCount * CocoThresholds.IouCount * CocoThresholds.RecallCount];

    private readonly double[] _recall = new double[CocoThresholds.RecallRows * CocoThresholds.IouCount];

    public Category Category { get; } = category;

    /// <summary>Detections that took part.</summary>
    public int Detections { get; } = detections;

    /// <summary>Boxes of the truth that count, for each area range.</summary>
    public int[] Truths { get; } = new int[CocoThresholds.AreaCount];

    /// <summary>Precision at the 101 recall points; meaningless where <see cref="Truths"/> is 0.</summary>
    public Span<double> PrecisionAt(AreaRange area, int iou) =>
        _precision.AsSpan(((int)area * CocoThresholds.IouCount + iou) * CocoThresholds.RecallCount, CocoThresholds.RecallCount);

    /// <summary>Recall at the ten IoU thresholds; meaningless where <see cref="Truths"/> is 0.</summary>
    public Span<double> RecallAt(RecallRow row) => _recall.AsSpan((int)row * CocoThresholds.IouCount, CocoThresholds.IouCount);
}
