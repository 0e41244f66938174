namespace RetinaSharp.Experiments.Scenes;

/// <summary>A shape with its place and its looks. Lengths are in units of the recipe.</summary>
/// <param name="Shape">Its outline.</param>
/// <param name="X">Centre from the left.</param>
/// <param name="Y">Centre from the top.</param>
/// <param name="Radius">Length that is 1 in its outline.</param>
/// <param name="Axis">Direction of its outline's x axis.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Relief">How much lighter and darker its colour is at its upper left and lower right.</param>
internal sealed record Figure(Shape Shape, double X, double Y, double Radius, Direction Axis, Rgb Colour, double Relief)
{
    /// <summary>Radius of a circle that holds all of it.</summary>
    public double Reach => Radius * Outline.Reach;

    /// <summary>Signed distance of a point from the outline.</summary>
    public double Distance(double x, double y)
    {
        var (u, v) = Axis.Turn((x - X) / Radius, (y - Y) / Radius);
        return Radius * Outline.Distance(Shape, u, v);
    }

    /// <summary>Whether there is room for both.</summary>
    public bool IsApart(Figure other, double gap)
    {
        var (x, y, apart) = (X - other.X, Y - other.Y, Reach + other.Reach + gap);
        return (x * x) + (y * y) >= apart * apart;
    }
}
