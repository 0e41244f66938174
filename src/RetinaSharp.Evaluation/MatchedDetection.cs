using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>A detection, and what it was matched with.</summary>
/// <param name="Detection">The detection.</param>
/// <param name="Truth">The box of the truth, or the crowd; null where none of its class was left for it.</param>
public readonly record struct MatchedDetection(DetectionResult Detection, Annotation? Truth);
