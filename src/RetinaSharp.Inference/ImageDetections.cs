namespace RetinaSharp.Inference;

/// <summary>The detections of one image.</summary>
/// <param name="Source">What the image was read from.</param>
/// <param name="Width">Width of the upright image in pixels.</param>
/// <param name="Height">Height of the upright image in pixels.</param>
/// <param name="Detections">By descending score, in pixels of the upright image.</param>
public sealed record ImageDetections(ImageSource Source, int Width, int Height, IReadOnlyList<DetectedObject> Detections)
{
    /// <summary>Path of the image file; "" for an image that did not come from a file.</summary>
    public string Path => Source.Path;
}
