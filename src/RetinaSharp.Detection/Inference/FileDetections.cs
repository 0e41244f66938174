namespace RetinaSharp.Detection.Inference;

/// <summary>What was found in one of many image files.</summary>
/// <param name="Path">The file.</param>
/// <param name="Width">Width of the upright image in pixels.</param>
/// <param name="Height">Its height.</param>
/// <param name="Detections">By falling score, in pixels of the upright image.</param>
public sealed record FileDetections(string Path, int Width, int Height, IReadOnlyList<DetectedObject> Detections);
