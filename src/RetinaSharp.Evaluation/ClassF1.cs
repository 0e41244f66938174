using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>The F1 curve of one class.</summary>
/// <param name="Category">The class.</param>
/// <param name="GroundTruthCount">Number of its ground truth boxes, without crowds.</param>
/// <param name="Curve">Its curve; without points where there is no ground truth or no detection.</param>
public sealed record ClassF1(Category Category, int GroundTruthCount, F1Curve Curve);
