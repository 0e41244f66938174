namespace RetinaSharp.Datasets;

/// <summary>An image size and the number of images that have it.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Images">Number of images.</param>
public sealed record ImageSizeCount(int Width, int Height, int Images);
