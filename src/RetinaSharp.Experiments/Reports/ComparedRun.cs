using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A training run of a <see cref="ComparisonReport"/>.</summary>
/// <param name="Name">Its name in the report, such as "focal loss".</param>
/// <param name="RunFolder">Its run folder.</param>
/// <param name="Metrics">Its metrics, on the same images as those of the other runs.</param>
public sealed record ComparedRun(string Name, string RunFolder, CocoMetrics Metrics);
