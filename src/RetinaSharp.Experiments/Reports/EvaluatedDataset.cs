using RetinaSharp.Datasets;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A dataset with the detections of a model on it.</summary>
/// <param name="GroundTruth">The annotated images.</param>
/// <param name="Evaluation">The detections and COCO metrics.</param>
public sealed record EvaluatedDataset(DetectionDataset GroundTruth, SetEvaluation Evaluation);
