namespace RetinaSharp.Experiments.Scenes;

/// <summary>
/// Signed distance functions of the shapes, negative inside. A shape is centered at (0, 0), and lengths are multiples of its nominal radius. Only basic
/// arithmetic and the square root are used, which are bit-identical on all machines.
/// </summary>
internal static class Outline
{
    /// <summary>Radius of a circle around (0, 0) that contains the outline of any shape, as a multiple of the shape's nominal radius.</summary>
    public const double Reach = 1.17;

    /// <summary>
    /// Returns the signed distance of a point from the outline of a shape. It is accurate near the outline; elsewhere only its sign is.
    /// </summary>
    public static double Distance(Shape shape, double x, double y) => shape switch
    {
        Shape.Disc => Length(x, y) - 1,
        Shape.Ring => Ring(x, y),
        Shape.Square => Box(x, y, .82, .82),
        Shape.Triangle => Triangle(x, y),
        Shape.Cross => Math.Min(Box(x, y, 1, .3), Box(x, y, .3, 1)),
        Shape.BrokenRing => Math.Max(Ring(x, y), -Box(x - 1, y, 1, .45)),
        Shape.HalfDisc => Math.Max(Length(x, y - .4) - 1, y - .4),
        Shape.Ellipse => Ellipse(x, y, 1, .5),
        Shape.Bar => Box(x, y, 1, .3),
        Shape.Corner => Math.Min(Box(x, y - .53, .81, .28), Box(x + .53, y, .28, .81)),
        Shape.Tee => Math.Min(Box(x, y + .53, .81, .28), Box(x, y, .28, .81)),
        Shape.Frustum => Math.Max(Triangle(x, y), -y - .2),
        _ => Capsule(x, y, .28),
    };

    private static double Length(double x, double y) => Math.Sqrt((x * x) + (y * y));

    private static double Ring(double x, double y) => Math.Abs(Length(x, y) - .75) - .25;

    private static double Box(double x, double y, double halfWidth, double halfHeight) => Math.Max(Math.Abs(x) - halfWidth, Math.Abs(y) - halfHeight);

    // Equilateral, with its tip at y = -1.16; .866 is sin 60°.
    private static double Triangle(double x, double y) => Math.Max(y, (.8660254037844386 * Math.Abs(x)) - (.5 * y)) - .58;

    private static double Ellipse(double x, double y, double a, double b)
    {
        var (u, v) = (x / a, y / b);
        var gradient = Length(u / a, v / b);
        return gradient == 0 ? -b : Length(u, v) * (Length(u, v) - 1) / gradient;
    }

    private static double Capsule(double x, double y, double radius) => Length(Math.Max(Math.Abs(x) - (1 - radius), 0), y) - radius;
}
