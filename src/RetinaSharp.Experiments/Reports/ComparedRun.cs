using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>One of the trainings that a <see cref="ComparisonReport"/> sets side by side.</summary>
/// <param name="Name">What it is called there, such as "focal loss".</param>
/// <param name="RunFolder">Its run folder.</param>
/// <param name="Metrics">Its figures, on the same images as the others'.</param>
/// <param name="Detections">What it detected, drawn on the same images in the same order as the others'; none without.</param>
public sealed record ComparedRun(string Name, string RunFolder, CocoMetrics Metrics, IReadOnlyList<Picture>? Detections = null);
