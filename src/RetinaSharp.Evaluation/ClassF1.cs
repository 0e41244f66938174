using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>The F1 curve of one class.</summary>
/// <param name="Category">The class.</param>
/// <param name="GroundTruthCount">Number of ground truth boxes of the class, without crowds.</param>
/// <param name="Curve">The F1 curve; it has no points if the class has no ground truth or no detections.</param>
public sealed record ClassF1(Category Category, int GroundTruthCount, F1Curve Curve);
