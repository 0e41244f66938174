using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>What lies on a scene's background: objects and clutter side by side, and over them what hides parts of them.</summary>
internal sealed class Composition
{
    // So many places are tried before a thing is left out, and so many colours for one that stands out.
    private const int Tries = 40, Colours = 3;

    private static readonly int Classes = SceneRecipe.Categories.Count;
    private static readonly int Lookalikes = (int)Shape.Capsule - Classes;

    private readonly RandomStream _random;
    private readonly Backdrop _backdrop;
    private readonly List<Figure> _objects = [];
    private readonly List<Figure> _clutter = [];
    private readonly List<Figure> _occluders = [];

    /// <summary>Draws lots for a scene. They do not depend on its size in pixels.</summary>
    /// <param name="random">What they are drawn from.</param>
    /// <param name="backdrop">What is behind everything.</param>
    public Composition(RandomStream random, Backdrop backdrop)
    {
        (_random, _backdrop) = (random, backdrop);
        Place(_objects, SceneRecipe.MinObjects, SceneRecipe.MaxObjects, 0, Classes);
        Place(_clutter, SceneRecipe.MinClutter, SceneRecipe.MaxClutter, Classes, Lookalikes);
        foreach (var figure in _objects)
            if (random.NextBool(SceneRecipe.HiddenShare))
                Occlude(() => Over(figure));
        var stray = random.NextInt(SceneRecipe.MaxStray + 1);
        for (var i = 0; i < stray; i++)
            Occlude(Anywhere);
    }

    /// <summary>The objects.</summary>
    public IReadOnlyList<Figure> Objects => _objects;

    /// <summary>What looks like objects.</summary>
    public IReadOnlyList<Figure> Clutter => _clutter;

    /// <summary>What lies over both.</summary>
    public IReadOnlyList<Figure> Occluders => _occluders;

    private void Place(List<Figure> placed, int min, int max, int firstShape, int shapes)
    {
        var count = min + _random.NextInt(max - min + 1);
        for (var i = 0; i < count; i++)
            if (FindPlace((Shape)(firstShape + _random.NextInt(shapes))) is { } figure)
                placed.Add(figure);
    }

    private Figure? FindPlace(Shape shape)
    {
        var share = _random.NextDouble();
        var radius = SceneRecipe.MinRadius + ((SceneRecipe.MaxRadius - SceneRecipe.MinRadius) * share * share);
        var axis = Direction.Draw(_random);
        var relief = _random.NextDouble(.05, .3);
        var margin = (radius * Outline.Reach) + 1;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (x, y) = (_random.NextDouble(margin, SceneRecipe.Span - margin), _random.NextDouble(margin, SceneRecipe.Span - margin));
            var figure = new Figure(shape, x, y, radius, axis, default, relief);
            if (_objects.Concat(_clutter).All(other => figure.IsApart(other, SceneRecipe.Gap)))
                return figure with { Colour = Contrasting(shape, _backdrop.At(x, y)) };
        }

        return null;
    }

    /// <summary>Of some colours the one that differs most from what is behind.</summary>
    private Rgb Contrasting(Shape shape, Rgb behind)
    {
        var best = Candidate();
        for (var i = 1; i < Colours; i++)
        {
            var other = Candidate();
            if (other.SquaredDistance(behind) > best.SquaredDistance(behind))
                best = other;
        }

        return best;

        Rgb Candidate() => Rgb.FromHsv(Hue(shape), _random.NextDouble(.3, 1), _random.NextDouble(.35, 1));
    }

    /// <summary>Each class has hues that it prefers, which overlap those of the next; clutter has all of them.</summary>
    private double Hue(Shape shape)
    {
        var hue = (int)shape < Classes
            ? (6.0 * (int)shape / Classes) + _random.NextDouble(-SceneRecipe.HueSpread, SceneRecipe.HueSpread)
            : _random.NextDouble(0, 6);
        return (hue + 6) % 6;
    }

    private void Occlude(Func<(double X, double Y, double Radius)> place)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (x, y, radius) = place();
            // Of the background's colours, taken elsewhere, as a leaf or a twig would be.
            var colour = _backdrop.At(_random.NextDouble(0, SceneRecipe.Span), _random.NextDouble(0, SceneRecipe.Span)) + _random.NextDouble(-.25, .25);
            var occluder = new Figure(Shape.Capsule, x, y, radius, Direction.Draw(_random), colour, _random.NextDouble(.05, .2));
            if (!_objects.TrueForAll(figure => new Silhouette(figure, SceneRecipe.Span).Visible([.. _occluders, occluder]) >= SceneRecipe.MinVisible))
                continue;
            _occluders.Add(occluder);
            return;
        }
    }

    private (double X, double Y, double Radius) Over(Figure figure)
    {
        var (direction, distance) = (Direction.Draw(_random), figure.Radius * _random.NextDouble(.4, 1));
        return (figure.X + (direction.X * distance), figure.Y + (direction.Y * distance), figure.Radius * _random.NextDouble(1.1, 1.8));
    }

    private (double X, double Y, double Radius) Anywhere() =>
        (_random.NextDouble(0, SceneRecipe.Span), _random.NextDouble(0, SceneRecipe.Span), _random.NextDouble(SceneRecipe.MinRadius, 1.6 * SceneRecipe.MaxRadius));
}
