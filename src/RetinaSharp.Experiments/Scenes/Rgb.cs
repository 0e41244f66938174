namespace RetinaSharp.Experiments.Scenes;

/// <summary>An RGB color with channels from 0 to 1. Channels may leave this range; they are clamped when converted to pixels.</summary>
internal readonly record struct Rgb(double R, double G, double B)
{
    /// <summary>Converts a color from HSV. The hue is in [0, 6): 0 is red, 2 green, 4 blue; saturation and value are in [0, 1].</summary>
    public static Rgb FromHsv(double hue, double saturation, double value)
    {
        return new(Part(5), Part(3), Part(1));

        double Part(double n)
        {
            var k = (n + hue) % 6;
            return value - (value * saturation * Math.Clamp(Math.Min(k, 4 - k), 0, 1));
        }
    }

    public static Rgb Mix(Rgb from, Rgb to, double share) =>
        new(from.R + ((to.R - from.R) * share), from.G + ((to.G - from.G) * share), from.B + ((to.B - from.B) * share));

    public double SquaredDistance(Rgb other) => Square(R - other.R) + Square(G - other.G) + Square(B - other.B);

    public static Rgb operator +(Rgb color, double light) => new(color.R + light, color.G + light, color.B + light);

    public static Rgb operator *(Rgb color, double factor) => new(color.R * factor, color.G * factor, color.B * factor);

    private static double Square(double x) => x * x;
}
