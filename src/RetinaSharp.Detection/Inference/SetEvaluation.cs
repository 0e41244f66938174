using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Detection.Inference;

/// <summary>A detector measured on a set.</summary>
/// <param name="Metrics">COCO figures.</param>
/// <param name="Detections">What was found, in the set's own ids.</param>
/// <param name="Images">Images looked at.</param>
/// <param name="Seconds">Time for loading and detecting, without the computation of the figures.</param>
public sealed record SetEvaluation(CocoMetrics Metrics, IReadOnlyList<DetectionResult> Detections, int Images, double Seconds);
