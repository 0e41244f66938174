namespace RetinaSharp.Datasets;

/// <summary>A rectangle of whole pixels in an image file, after EXIF orientation.</summary>
/// <param name="X">X coordinate of the left edge.</param>
/// <param name="Y">Y coordinate of the top edge.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public readonly record struct ImageRegion(int X, int Y, int Width, int Height)
{
    /// <summary>Returns whether the region has an area and lies inside an image.</summary>
    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="height">Height of the image in pixels.</param>
    public bool IsInside(int width, int height) =>
        X >= 0 && Y >= 0 && Width > 0 && Height > 0 && (long)X + Width <= width && (long)Y + Height <= height;
}
