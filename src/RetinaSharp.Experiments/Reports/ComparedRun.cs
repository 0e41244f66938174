using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A training run of a <see cref="ComparisonReport"/>.</summary>
/// <param name="Name">Name of the run in the report, such as "focal loss".</param>
/// <param name="RunFolder">Path of the run folder.</param>
/// <param name="Metrics">COCO metrics of the run's model; all compared runs must be evaluated on the same images.</param>
public sealed record ComparedRun(string Name, string RunFolder, CocoMetrics Metrics);
