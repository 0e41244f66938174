namespace RetinaSharp.Boxes;

/// <summary>
/// A box given by two corners, in pixels: x to the right, y downwards, (0, 0) the outer corner of the first pixel. The far
/// corner is outside of the box, so a box has width <c>X2 - X1</c>, with no one added.
/// </summary>
/// <param name="X1">Left side.</param>
/// <param name="Y1">Upper side.</param>
/// <param name="X2">Right side.</param>
/// <param name="Y2">Lower side.</param>
public readonly record struct Box(float X1, float Y1, float X2, float Y2)
{
    /// <summary>Width in pixels; negative where the corners are swapped.</summary>
    public float Width => X2 - X1;

    /// <summary>Height in pixels; negative where the corners are swapped.</summary>
    public float Height => Y2 - Y1;

    /// <summary>Area in square pixels.</summary>
    public float Area => Width * Height;

    /// <summary>The box without what lies outside of an image of the given size.</summary>
    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="height">Height of the image in pixels.</param>
    public Box Clip(float width, float height) =>
        new(Math.Clamp(X1, 0, width), Math.Clamp(Y1, 0, height), Math.Clamp(X2, 0, width), Math.Clamp(Y2, 0, height));

    /// <summary>The box with its coordinates multiplied.</summary>
    /// <param name="x">Factor of the x coordinates.</param>
    /// <param name="y">Factor of the y coordinates.</param>
    public Box Scale(float x, float y) => new(X1 * x, Y1 * y, X2 * x, Y2 * y);
}
