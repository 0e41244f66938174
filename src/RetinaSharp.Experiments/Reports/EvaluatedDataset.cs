using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Annotated images, and how a detector does on them.</summary>
/// <param name="Truth">The images.</param>
/// <param name="Evaluation">What it finds, with COCO's figures.</param>
public sealed record MeasuredSet(DetectionDataset Truth, SetEvaluation Evaluation);
