namespace RetinaSharp.Experiments.Reports;

/// <summary>The few numbers that matter most, shown large.</summary>
/// <param name="Metrics">The numbers; three to six look best.</param>
public sealed record KeyMetrics(IReadOnlyList<KeyMetric> Metrics) : ReportBlock;
