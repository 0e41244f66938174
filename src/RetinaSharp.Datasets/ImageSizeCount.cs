namespace RetinaSharp.Datasets;

/// <summary>How many images have a size.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Images">How many.</param>
public sealed record ImageSizeCount(int Width, int Height, int Images);
