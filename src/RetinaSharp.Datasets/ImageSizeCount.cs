namespace RetinaSharp.Datasets;

/// <summary>The number of images of one size.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Images">Number of images.</param>
public sealed record ImageSizeCount(int Width, int Height, int Images);
