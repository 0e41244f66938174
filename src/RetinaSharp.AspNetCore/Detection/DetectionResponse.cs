namespace RetinaSharp.AspNetCore.Detection;

/// <summary>The response to a request with several images.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="Images">The images, in the order of the request.</param>
internal sealed record DetectionResponse(string Model, string Version, IReadOnlyList<DetectedImage> Images);

/// <summary>The response to a request whose body is one image.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="Width">Width of the image in pixels, after EXIF orientation.</param>
/// <param name="Height">Height of the image in pixels, after EXIF orientation.</param>
/// <param name="Detections">The detections by descending score.</param>
internal sealed record SingleDetectionResponse(string Model, string Version, int Width, int Height, IReadOnlyList<DetectionItem> Detections);
