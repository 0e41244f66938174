using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>A detection and the ground truth that it is matched with.</summary>
/// <param name="Detection">The detection.</param>
/// <param name="GroundTruth">The ground truth box or crowd region of its class that it is matched with; null for a false positive.</param>
public readonly record struct MatchedDetection(DetectionResult Detection, Annotation? GroundTruth);
