using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Inference;

/// <summary>The metrics of a detector on a data set.</summary>
/// <param name="Metrics">COCO metrics.</param>
/// <param name="Detections">All detections, with the set's own ids.</param>
/// <param name="Images">Number of images.</param>
/// <param name="Seconds">Time for loading and detecting, without the computation of the metrics.</param>
public sealed record SetEvaluation(CocoMetrics Metrics, IReadOnlyList<DetectionResult> Detections, int Images, double Seconds);
