namespace RetinaSharp.AspNetCore.Detection;

/// <summary>An image of a response.</summary>
/// <param name="Name">Name that the client gave the image; null if none.</param>
/// <param name="Width">Width in pixels, after EXIF orientation.</param>
/// <param name="Height">Height in pixels, after EXIF orientation.</param>
/// <param name="Detections">The detections by descending score.</param>
internal sealed record DetectedImage(string? Name, int Width, int Height, IReadOnlyList<DetectionItem> Detections);
