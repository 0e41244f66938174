namespace RetinaSharp.Inference;

/// <summary>The detections of one image.</summary>
/// <param name="Source">The source that the image was read from.</param>
/// <param name="Width">Width of the original image in pixels, after EXIF orientation.</param>
/// <param name="Height">Height of the original image in pixels, after EXIF orientation.</param>
/// <param name="Detections">Detections by descending score, in pixels of the original image.</param>
public sealed record ImageDetections(ImageSource Source, int Width, int Height, IReadOnlyList<DetectedObject> Detections)
{
    /// <summary>Path of the image file; "" for an image that was not read from a path.</summary>
    public string Path => Source.Path;
}
