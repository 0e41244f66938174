namespace RetinaSharp.Experiments.Reports;

/// <summary>A block with the few numbers that matter most, in large type.</summary>
/// <param name="Metrics">The numbers; three to six look best.</param>
public sealed record KeyMetrics(IReadOnlyList<KeyMetric> Metrics) : ReportBlock;
