namespace RetinaSharp.Imaging.Drawing;

/// <summary>A rectangle of whole pixels: columns [Left, Right), rows [Top, Bottom).</summary>
internal readonly record struct PixelRect(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;

    public long Area => (long)Width * Height;

    /// <summary>Returns the number of pixels in the intersection with another rectangle.</summary>
    public long Overlap(PixelRect other)
    {
        var width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
        var height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        return width <= 0 || height <= 0 ? 0 : (long)width * height;
    }
}
