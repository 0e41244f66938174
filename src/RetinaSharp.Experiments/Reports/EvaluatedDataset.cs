using RetinaSharp.Datasets;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A dataset and the evaluation of a model on it.</summary>
/// <param name="GroundTruth">The annotated images.</param>
/// <param name="Evaluation">The model's detections on the images, and their COCO metrics.</param>
public sealed record EvaluatedDataset(DetectionDataset GroundTruth, DatasetEvaluation Evaluation);
