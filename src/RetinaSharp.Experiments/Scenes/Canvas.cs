using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A square picture that figures are drawn on, with soft edges. A pixel covers [i, i + 1) along each side.</summary>
/// <param name="size">Its side in pixels.</param>
internal sealed class Canvas(int size)
{
    // Of shadows, in units of the recipe: how far they fall to the lower right, how soft and how dark they are.
    private const double ShadowShift = 1.2, ShadowBlur = 2.2, ShadowDarkness = .35;

    // The rim of a figure is darker.
    private const double RimWidth = .9, RimDarkness = .3;

    private readonly Rgb[] _pixels = new Rgb[size * size];
    private readonly double _unit = (double)SceneRecipe.Span / size;

    /// <summary>Fills all of it.</summary>
    public void Fill(Backdrop backdrop)
    {
        for (var row = 0; row < size; row++)
            for (var column = 0; column < size; column++)
                _pixels[(row * size) + column] = backdrop.At((column + .5) * _unit, (row + .5) * _unit);
    }

    /// <summary>Draws a figure and its shadow over what is there.</summary>
    public void Draw(Figure figure)
    {
        var margin = ShadowShift + ShadowBlur + _unit;
        var (top, bottom) = Range(figure.Y, figure.Reach + margin);
        var (left, right) = Range(figure.X, figure.Reach + margin);
        for (var row = top; row < bottom; row++)
        {
            for (var column = left; column < right; column++)
            {
                var (x, y) = ((column + .5) * _unit, (row + .5) * _unit);
                ref var pixel = ref _pixels[(row * size) + column];
                var shadow = Math.Clamp(.5 - (figure.Distance(x - ShadowShift, y - ShadowShift) / (2 * ShadowBlur)), 0, 1);
                pixel *= 1 - (ShadowDarkness * shadow);
                var distance = figure.Distance(x, y);
                pixel = Rgb.Mix(pixel, Shade(figure, x, y, distance), Coverage(distance));
            }
        }
    }

    /// <summary>The picture in 8 bits.</summary>
    public Image ToImage()
    {
        var bytes = new byte[3 * _pixels.Length];
        for (var i = 0; i < _pixels.Length; i++)
        {
            bytes[3 * i] = Quantised(_pixels[i].R);
            bytes[(3 * i) + 1] = Quantised(_pixels[i].G);
            bytes[(3 * i) + 2] = Quantised(_pixels[i].B);
        }

        return new(size, size, bytes);
    }

    private static byte Quantised(double part) => (byte)((255 * Math.Clamp(part, 0, 1)) + .5);

    private static Rgb Shade(Figure figure, double x, double y, double distance)
    {
        // The light comes from the upper left.
        var light = -figure.Relief * (x - figure.X + y - figure.Y) / (2 * figure.Radius);
        var rim = Math.Clamp((distance / RimWidth) + 1.5, 0, 1);
        return (figure.Colour + light) * (1 - (RimDarkness * rim));
    }

    private double Coverage(double distance) => Math.Clamp(.5 - (distance / _unit), 0, 1);

    private (int First, int End) Range(double centre, double reach) =>
        (Math.Max(0, (int)Math.Floor((centre - reach) / _unit)), Math.Min(size, (int)Math.Ceiling((centre + reach) / _unit)));
}
