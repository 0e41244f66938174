namespace RetinaSharp.Boxes;

/// <summary>A box as the distances from the center of an anchor to its four sides, in strides; negative for a side that the center lies beyond.</summary>
/// <param name="Left">Distance to the left side.</param>
/// <param name="Top">Distance to the top side.</param>
/// <param name="Right">Distance to the right side.</param>
/// <param name="Bottom">Distance to the bottom side.</param>
public readonly record struct BoxDistances(float Left, float Top, float Right, float Bottom)
{
    /// <summary>
    /// Center-ness of the anchor's center within the box (FCOS, equation 3), in [0, 1]: 1 at the center of the box, 0 at its sides and outside of it.
    /// </summary>
    public float Centerness => MathF.Sqrt(Ratio(Left, Right) * Ratio(Top, Bottom));

    /// <summary>Computes the distances of a box.</summary>
    /// <param name="anchor">The anchor, in pixels.</param>
    /// <param name="stride">Stride of the anchor's pyramid level, in pixels.</param>
    /// <param name="box">The box, in pixels.</param>
    public static BoxDistances Encode(Box anchor, float stride, Box box)
    {
        var (x, y) = Center(anchor);
        return new((x - box.X1) / stride, (y - box.Y1) / stride, (box.X2 - x) / stride, (box.Y2 - y) / stride);
    }

    /// <summary>Computes the box, in pixels.</summary>
    /// <param name="anchor">The anchor, in pixels.</param>
    /// <param name="stride">Stride of the anchor's pyramid level, in pixels.</param>
    public Box Decode(Box anchor, float stride)
    {
        var (x, y) = Center(anchor);
        return new(x - Left * stride, y - Top * stride, x + Right * stride, y + Bottom * stride);
    }

    private static (float X, float Y) Center(Box anchor) => (anchor.X1 + .5f * anchor.Width, anchor.Y1 + .5f * anchor.Height);

    private static float Ratio(float a, float b) => MathF.Max(0, MathF.Min(a, b)) / MathF.Max(float.Epsilon, MathF.Max(a, b));
}
