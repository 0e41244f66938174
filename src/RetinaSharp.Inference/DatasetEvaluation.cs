using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Inference;

/// <summary>The result of evaluating a detector on a dataset.</summary>
/// <param name="Metrics">COCO metrics.</param>
/// <param name="Detections">All detections, with the image and category ids of the dataset.</param>
/// <param name="Images">Number of images that were evaluated.</param>
/// <param name="Seconds">Duration of loading and detection in seconds, without the computation of the metrics.</param>
public sealed record DatasetEvaluation(CocoMetrics Metrics, IReadOnlyList<DetectionResult> Detections, int Images, double Seconds);
