using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A direction in the plane, as a unit vector.</summary>
internal readonly record struct Direction(double X, double Y)
{
    /// <summary>
    /// Draws a uniformly distributed direction. Uses rejection sampling, because sine and cosine are not bit-identical on all machines.
    /// </summary>
    public static Direction Draw(RandomStream random)
    {
        while (true)
        {
            var (x, y) = (random.NextDouble(-1, 1), random.NextDouble(-1, 1));
            var squared = (x * x) + (y * y);
            if (squared is > .01 and <= 1)
                return new(x / Math.Sqrt(squared), y / Math.Sqrt(squared));
        }
    }

    /// <summary>Returns the coordinates of a point in the coordinate system that is rotated so that its x axis has this direction.</summary>
    public (double X, double Y) Turn(double x, double y) => ((x * X) + (y * Y), (y * X) - (x * Y));
}
