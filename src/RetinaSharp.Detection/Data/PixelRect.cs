using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Data;

/// <summary>A rectangle of whole pixels: columns [Left, Right), rows [Top, Bottom).</summary>
internal readonly record struct PixelRect(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;

    /// <summary>Returns the part that is also inside of another rectangle; its width or height is negative or 0 if there is none.</summary>
    public PixelRect Intersect(PixelRect other) =>
        new(Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom));

    /// <summary>Returns the rectangle, moved to the right and downwards.</summary>
    public PixelRect Move(int x, int y) => new(Left + x, Top + y, Right + x, Bottom + y);

    /// <summary>Clips a box to the rectangle; its width or height is 0 if it is outside.</summary>
    public Box Clip(Box box) =>
        new(Math.Clamp(box.X1, Left, Right), Math.Clamp(box.Y1, Top, Bottom), Math.Clamp(box.X2, Left, Right), Math.Clamp(box.Y2, Top, Bottom));
}
