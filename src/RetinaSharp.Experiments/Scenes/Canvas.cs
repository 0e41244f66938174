using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A square image on which a scene is drawn, with antialiasing. Pixel i covers [i, i + 1) along each axis.</summary>
/// <param name="size">Side length in pixels.</param>
internal sealed class Canvas(int size)
{
    // Shadows: offset to the lower right and blur, both in recipe units, and opacity.
    private const double ShadowShift = 1.2, ShadowBlur = 2.2, ShadowDarkness = .35;

    // The rim of a shape is darker: its width in recipe units, and the share of light that it loses.
    private const double RimWidth = .9, RimDarkness = .3;

    private readonly Rgb[] _pixels = new Rgb[size * size];
    private readonly double _unit = (double)SceneRecipe.Span / size;

    /// <summary>Fills the whole canvas with a background.</summary>
    public void Fill(Backdrop backdrop)
    {
        for (var row = 0; row < size; row++)
            for (var column = 0; column < size; column++)
                _pixels[(row * size) + column] = backdrop.At((column + .5) * _unit, (row + .5) * _unit);
    }

    /// <summary>Draws a shape with its shadow over the current pixels.</summary>
    public void Draw(ShapeInstance shape)
    {
        var margin = ShadowShift + ShadowBlur + _unit;
        var (top, bottom) = Range(shape.Y, shape.Reach + margin);
        var (left, right) = Range(shape.X, shape.Reach + margin);
        for (var row = top; row < bottom; row++)
        {
            for (var column = left; column < right; column++)
            {
                var (x, y) = ((column + .5) * _unit, (row + .5) * _unit);
                ref var pixel = ref _pixels[(row * size) + column];
                var shadow = Math.Clamp(.5 - (shape.Distance(x - ShadowShift, y - ShadowShift) / (2 * ShadowBlur)), 0, 1);
                pixel *= 1 - (ShadowDarkness * shadow);
                var distance = shape.Distance(x, y);
                pixel = Rgb.Mix(pixel, Shade(shape, x, y, distance), Coverage(distance));
            }
        }
    }

    /// <summary>Converts the canvas to an image with 8 bits per channel.</summary>
    public Image ToImage()
    {
        var bytes = new byte[3 * _pixels.Length];
        for (var i = 0; i < _pixels.Length; i++)
        {
            bytes[3 * i] = Quantize(_pixels[i].R);
            bytes[(3 * i) + 1] = Quantize(_pixels[i].G);
            bytes[(3 * i) + 2] = Quantize(_pixels[i].B);
        }

        return new(size, size, bytes);
    }

    private static byte Quantize(double part) => (byte)((255 * Math.Clamp(part, 0, 1)) + .5);

    private static Rgb Shade(ShapeInstance shape, double x, double y, double distance)
    {
        // The light comes from the upper left.
        var light = -shape.Relief * (x - shape.X + y - shape.Y) / (2 * shape.Radius);
        var rim = Math.Clamp((distance / RimWidth) + 1.5, 0, 1);
        return (shape.Color + light) * (1 - (RimDarkness * rim));
    }

    private double Coverage(double distance) => Math.Clamp(.5 - (distance / _unit), 0, 1);

    private (int First, int End) Range(double center, double reach) =>
        (Math.Max(0, (int)Math.Floor((center - reach) / _unit)), Math.Min(size, (int)Math.Ceiling((center + reach) / _unit)));
}
