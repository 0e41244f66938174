namespace RetinaSharp.Experiments.Scenes;

/// <summary>A shape with position, size, orientation and color. Lengths are in recipe units (see <see cref="SceneRecipe"/>).</summary>
/// <param name="Shape">The shape.</param>
/// <param name="X">X coordinate of the center.</param>
/// <param name="Y">Y coordinate of the center; y points down.</param>
/// <param name="Radius">Nominal radius, of which the lengths in <see cref="Outline"/> are multiples.</param>
/// <param name="Axis">Direction of the outline's x axis: the orientation of the shape.</param>
/// <param name="Color">Color of the shape in its center.</param>
/// <param name="Relief">How much lighter the color gets toward the upper left, and darker toward the lower right.</param>
internal sealed record ShapeInstance(Shape Shape, double X, double Y, double Radius, Direction Axis, Rgb Color, double Relief)
{
    /// <summary>Radius of a circle around the center that contains the shape.</summary>
    public double Reach => Radius * Outline.Reach;

    /// <summary>Returns the signed distance of a point from the outline, negative inside; accurate only near the outline.</summary>
    public double Distance(double x, double y)
    {
        var (u, v) = Axis.Turn((x - X) / Radius, (y - Y) / Radius);
        return Radius * Outline.Distance(Shape, u, v);
    }

    /// <summary>Returns whether the enclosing circles of the two shapes are at least <paramref name="gap"/> apart.</summary>
    public bool IsApart(ShapeInstance other, double gap)
    {
        var (x, y, apart) = (X - other.X, Y - other.Y, Reach + other.Reach + gap);
        return (x * x) + (y * y) >= apart * apart;
    }
}
