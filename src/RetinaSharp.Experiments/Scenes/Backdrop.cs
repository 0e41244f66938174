using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>The textured background of a scene: clouds of two colors, a pattern, a light gradient, and grain.</summary>
internal sealed class Backdrop
{
    private readonly ValueNoise _clouds;
    private readonly ValueNoise _grain;
    private readonly Rgb _base;
    private readonly Rgb _other;
    private readonly Rgb _ink;
    private readonly Pattern _pattern;
    private readonly double _cloudScale;
    private readonly double _patternScale;
    private readonly double _patternStrength;
    private readonly double _grainStrength;
    private readonly double _light;
    private readonly Direction _patternDirection;
    private readonly Direction _lightDirection;

    /// <summary>Draws the parameters of a background at random.</summary>
    /// <param name="random">Source of randomness.</param>
    public Backdrop(RandomStream random)
    {
        _clouds = new(random.NextBits());
        _grain = new(random.NextBits());
        var (hue, value) = (random.NextDouble(0, 6), random.NextDouble(.25, .8));
        _base = Muted(random, hue, value);
        _other = Muted(random, hue + random.NextDouble(-1, 1), Math.Clamp(value + random.NextDouble(-.25, .25), .15, .9));
        _ink = Muted(random, random.NextDouble(0, 6), Math.Clamp(value + random.NextDouble(-.3, .3), .1, .95));
        _pattern = (Pattern)random.NextInt(Enum.GetValues<Pattern>().Length);
        _cloudScale = 1 / random.NextDouble(24, 90);
        _patternScale = 1 / random.NextDouble(9, 30);
        _patternStrength = random.NextDouble(.25, .7);
        _grainStrength = random.NextDouble(.01, .06);
        _light = random.NextDouble(0, .2);
        _patternDirection = Direction.Draw(random);
        _lightDirection = Direction.Draw(random);
    }

    /// <summary>Returns the color at a point, given in recipe units.</summary>
    public Rgb At(double x, double y)
    {
        var clouds = _clouds.Fractal(x * _cloudScale, y * _cloudScale, octaves: 4);
        var color = Rgb.Mix(_base, _other, Step(.3, .7, clouds));
        color = Rgb.Mix(color, _ink, _patternStrength * PatternAt(x, y, clouds));
        var (along, _) = _lightDirection.Turn((x / SceneRecipe.Span) - .5, (y / SceneRecipe.Span) - .5);
        return color + (_light * along) + (_grainStrength * (_grain.At(x, y) - .5));
    }

    private double PatternAt(double x, double y, double clouds)
    {
        var (u, v) = _patternDirection.Turn(x * _patternScale, y * _patternScale);
        return _pattern switch
        {
            Pattern.Stripes => Wave(u),
            Pattern.Waves => Wave(u + (3 * clouds)),
            Pattern.Checks => Wave(u) + Wave(v) - (2 * Wave(u) * Wave(v)),
            Pattern.Bricks => Math.Max(Joint(v), Joint((u / 2) + (.5 * (Math.Floor(v) % 2)))),
            _ => 0,
        };
    }

    private static Rgb Muted(RandomStream random, double hue, double value) => Rgb.FromHsv((hue + 6) % 6, random.NextDouble(.05, .4), value);

    // Square wave from 0 to 1 with soft edges, of period 2.
    private static double Wave(double u) => Step(.4, .6, Math.Abs(u - (2 * Math.Floor(u / 2)) - 1));

    private static double Joint(double u) => 1 - Step(.06, .14, Math.Abs(u - Math.Floor(u + .5)));

    private static double Step(double from, double to, double x)
    {
        var t = Math.Clamp((x - from) / (to - from), 0, 1);
        return t * t * (3 - (2 * t));
    }
}
