namespace RetinaSharp.Boxes;

/// <summary>
/// An axis-aligned box given by two corners, in pixels: x points right, y points down, and (0, 0) is the top left corner of the top left
/// pixel. The bottom right corner is exclusive, so the width is <c>X2 - X1</c>, without the "+ 1" of older conventions.
/// </summary>
/// <param name="X1">Left edge, in pixels.</param>
/// <param name="Y1">Top edge, in pixels.</param>
/// <param name="X2">Right edge, in pixels, exclusive.</param>
/// <param name="Y2">Bottom edge, in pixels, exclusive.</param>
public readonly record struct Box(float X1, float Y1, float X2, float Y2)
{
    /// <summary>Width in pixels; negative if the corners are swapped.</summary>
    public float Width => X2 - X1;

    /// <summary>Height in pixels; negative if the corners are swapped.</summary>
    public float Height => Y2 - Y1;

    /// <summary>Area in square pixels.</summary>
    public float Area => Width * Height;

    /// <summary>Returns the center, in pixels.</summary>
    public (float X, float Y) GetCenter() => (X1 + .5f * Width, Y1 + .5f * Height);

    /// <summary>Clips the box to an image.</summary>
    /// <param name="width">Width of the image, in pixels.</param>
    /// <param name="height">Height of the image, in pixels.</param>
    public Box Clip(float width, float height) =>
        new(Math.Clamp(X1, 0, width), Math.Clamp(Y1, 0, height), Math.Clamp(X2, 0, width), Math.Clamp(Y2, 0, height));

    /// <summary>Multiplies the coordinates by a factor per axis.</summary>
    /// <param name="x">Factor of the x coordinates.</param>
    /// <param name="y">Factor of the y coordinates.</param>
    public Box Scale(float x, float y) => new(X1 * x, Y1 * y, X2 * x, Y2 * y);
}
