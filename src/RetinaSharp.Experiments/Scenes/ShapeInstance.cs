namespace RetinaSharp.Experiments.Scenes;

/// <summary>A shape with position, size and color. Lengths are in units of the recipe.</summary>
/// <param name="Shape">The shape.</param>
/// <param name="X">X of the center.</param>
/// <param name="Y">Y of the center, downward.</param>
/// <param name="Radius">Length of one unit of the outline.</param>
/// <param name="Axis">Direction of the x axis of the outline.</param>
/// <param name="Color">Color.</param>
/// <param name="Relief">How much lighter the color is at the upper left, and darker at the lower right.</param>
internal sealed record ShapeInstance(Shape Shape, double X, double Y, double Radius, Direction Axis, Rgb Color, double Relief)
{
    /// <summary>Radius of a circle that contains it.</summary>
    public double Reach => Radius * Outline.Reach;

    /// <summary>Signed distance of a point from the outline.</summary>
    public double Distance(double x, double y)
    {
        var (u, v) = Axis.Turn((x - X) / Radius, (y - Y) / Radius);
        return Radius * Outline.Distance(Shape, u, v);
    }

    /// <summary>Whether the circles around both are at least <paramref name="gap"/> apart.</summary>
    public bool IsApart(ShapeInstance other, double gap)
    {
        var (x, y, apart) = (X - other.X, Y - other.Y, Reach + other.Reach + gap);
        return (x * x) + (y * y) >= apart * apart;
    }
}
