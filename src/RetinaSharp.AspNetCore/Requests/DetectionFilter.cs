using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>Selects the detections that a client asked for.</summary>
/// <param name="ScoreThreshold">Minimum score.</param>
/// <param name="MaxDetections">Maximum number of detections per image.</param>
/// <param name="Classes">Class indices; null: all.</param>
internal sealed record DetectionFilter(double ScoreThreshold, int MaxDetections, IReadOnlySet<int>? Classes)
{
    /// <summary>Returns the selected detections by descending score.</summary>
    public IEnumerable<DetectedObject> Apply(IEnumerable<DetectedObject> detections) =>
        detections.Where(detection => detection.Score >= ScoreThreshold && Classes?.Contains(detection.Class) is not false).Take(MaxDetections);
}
