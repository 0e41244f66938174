namespace RetinaSharp.Boxes;

/// <summary>
/// A box as the distances from a point to its four edges, in units of the stride of the point's pyramid level: what the box head of a detector
/// without anchor boxes predicts. Also used for derivatives with respect to them.
/// </summary>
/// <param name="Left">Distance from the point to the left edge, in strides; negative if the edge is to the right of the point.</param>
/// <param name="Top">Distance from the point to the top edge, in strides.</param>
/// <param name="Right">Distance from the point to the right edge, in strides.</param>
/// <param name="Bottom">Distance from the point to the bottom edge, in strides.</param>
public readonly record struct BoxDistances(float Left, float Top, float Right, float Bottom)
{
    /// <summary>
    /// Center-ness of the point within the box (FCOS, equation 3), in [0, 1]: 1 at the center of the box, 0 at its edges and outside of it.
    /// </summary>
    public float Centerness => MathF.Sqrt(Ratio(Left, Right) * Ratio(Top, Bottom));

    /// <summary>Computes the distances of a box from a point.</summary>
    /// <param name="x">Abscissa of the point, in pixels.</param>
    /// <param name="y">Ordinate of the point, in pixels.</param>
    /// <param name="stride">Stride of the pyramid level, in pixels, greater than 0.</param>
    /// <param name="box">The box.</param>
    public static BoxDistances Encode(float x, float y, float stride, Box box) =>
        new((x - box.X1) / stride, (y - box.Y1) / stride, (box.X2 - x) / stride, (box.Y2 - y) / stride);

    /// <summary>Computes the distances of a box from the center of an anchor.</summary>
    /// <param name="anchor">The anchor.</param>
    /// <param name="stride">Stride of the pyramid level, in pixels, greater than 0.</param>
    /// <param name="box">The box.</param>
    public static BoxDistances Encode(Box anchor, float stride, Box box)
    {
        var (x, y) = anchor.GetCenter();
        return Encode(x, y, stride, box);
    }

    /// <summary>Computes the box of these distances from the center of an anchor.</summary>
    /// <param name="anchor">The anchor.</param>
    /// <param name="stride">Stride of the pyramid level, in pixels.</param>
    public Box Decode(Box anchor, float stride)
    {
        var (x, y) = anchor.GetCenter();
        return Decode(x, y, stride);
    }

    /// <summary>Computes the box of these distances from a point.</summary>
    /// <param name="x">Abscissa of the point, in pixels.</param>
    /// <param name="y">Ordinate of the point, in pixels.</param>
    /// <param name="stride">Stride of the pyramid level, in pixels.</param>
    public Box Decode(float x, float y, float stride) => new(x - Left * stride, y - Top * stride, x + Right * stride, y + Bottom * stride);

    /// <summary>Computes the gradient with respect to the distances from that with respect to the corners of the decoded box.</summary>
    /// <param name="corners">Derivatives with respect to the four corners, such as of <see cref="Giou.Loss(Box, Box, out Box)"/>.</param>
    /// <param name="stride">Stride of the pyramid level, in pixels.</param>
    public static BoxDistances Backward(Box corners, float stride) => new(-corners.X1 * stride, -corners.Y1 * stride, corners.X2 * stride, corners.Y2 * stride);

    private static float Ratio(float a, float b) => MathF.Max(0, MathF.Min(a, b)) / MathF.Max(float.Epsilon, MathF.Max(a, b));
}
