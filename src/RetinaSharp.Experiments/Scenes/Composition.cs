using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>The shapes of a scene: objects and distractors, which do not overlap each other, and occluders, which are drawn over them.</summary>
internal sealed class Composition
{
    // Number of random positions that are tried before a shape is left out; number of random colors, of which the one with the highest
    // contrast is chosen.
    private const int Tries = 40, Colors = 3;

    private static readonly int Classes = SceneRecipe.Categories.Count;
    private static readonly int Lookalikes = (int)Shape.Capsule - Classes;

    private readonly RandomStream _random;
    private readonly Backdrop _backdrop;
    private readonly List<ShapeInstance> _objects = [];
    private readonly List<ShapeInstance> _clutter = [];
    private readonly List<ShapeInstance> _occluders = [];

    /// <summary>Draws the shapes of a scene at random. They do not depend on the size of the image in pixels.</summary>
    /// <param name="random">Source of randomness.</param>
    /// <param name="backdrop">The background.</param>
    public Composition(RandomStream random, Backdrop backdrop)
    {
        (_random, _backdrop) = (random, backdrop);
        AddShapes(_objects, SceneRecipe.MinObjects, SceneRecipe.MaxObjects, 0, Classes);
        AddShapes(_clutter, SceneRecipe.MinClutter, SceneRecipe.MaxClutter, Classes, Lookalikes);
        foreach (var shape in _objects)
            if (random.NextBool(SceneRecipe.HiddenShare))
                Occlude(() => Over(shape));
        var stray = random.NextInt(SceneRecipe.MaxStray + 1);
        for (var i = 0; i < stray; i++)
            Occlude(Anywhere);
    }

    /// <summary>The objects, whose shapes are those of the classes.</summary>
    public IReadOnlyList<ShapeInstance> Objects => _objects;

    /// <summary>The distractors: shapes that look similar to objects but belong to no class.</summary>
    public IReadOnlyList<ShapeInstance> Clutter => _clutter;

    /// <summary>The occluders, which are drawn over objects and distractors.</summary>
    public IReadOnlyList<ShapeInstance> Occluders => _occluders;

    private void AddShapes(List<ShapeInstance> shapes, int min, int max, int firstShape, int shapeCount)
    {
        var count = min + _random.NextInt(max - min + 1);
        for (var i = 0; i < count; i++)
            if (TryPlace((Shape)(firstShape + _random.NextInt(shapeCount))) is { } shape)
                shapes.Add(shape);
    }

    private ShapeInstance? TryPlace(Shape shape)
    {
        var share = _random.NextDouble();
        var radius = SceneRecipe.MinRadius + ((SceneRecipe.MaxRadius - SceneRecipe.MinRadius) * share * share);
        var axis = Direction.Draw(_random);
        var relief = _random.NextDouble(.05, .3);
        var margin = (radius * Outline.Reach) + 1;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (x, y) = (_random.NextDouble(margin, SceneRecipe.Span - margin), _random.NextDouble(margin, SceneRecipe.Span - margin));
            var candidate = new ShapeInstance(shape, x, y, radius, axis, default, relief);
            if (_objects.Concat(_clutter).All(other => candidate.IsApart(other, SceneRecipe.Gap)))
                return candidate with { Color = Contrasting(shape, _backdrop.At(x, y)) };
        }

        return null;
    }

    /// <summary>Draws a few random colors for a shape and returns the one with the highest contrast to the background.</summary>
    private Rgb Contrasting(Shape shape, Rgb behind)
    {
        var best = Candidate();
        for (var i = 1; i < Colors; i++)
        {
            var other = Candidate();
            if (other.SquaredDistance(behind) > best.SquaredDistance(behind))
                best = other;
        }

        return best;

        Rgb Candidate() => Rgb.FromHsv(Hue(shape), _random.NextDouble(.3, 1), _random.NextDouble(.35, 1));
    }

    /// <summary>
    /// Draws a hue in [0, 6) for a shape: in the range of its class, centered at 1.2 times the class index; any hue for a distractor.
    /// </summary>
    private double Hue(Shape shape)
    {
        var hue = (int)shape < Classes
            ? (6.0 * (int)shape / Classes) + _random.NextDouble(-SceneRecipe.HueSpread, SceneRecipe.HueSpread)
            : _random.NextDouble(0, 6);
        return (hue + 6) % 6;
    }

    private void Occlude(Func<(double X, double Y, double Radius)> sample)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (x, y, radius) = sample();
            // Occluders have a color of the background at a random position, as leaves and twigs would have.
            var color = _backdrop.At(_random.NextDouble(0, SceneRecipe.Span), _random.NextDouble(0, SceneRecipe.Span)) + _random.NextDouble(-.25, .25);
            var occluder = new ShapeInstance(Shape.Capsule, x, y, radius, Direction.Draw(_random), color, _random.NextDouble(.05, .2));
            if (!_objects.TrueForAll(shape => new Silhouette(shape, SceneRecipe.Span).Visible([.. _occluders, occluder]) >= SceneRecipe.MinVisible))
                continue;
            _occluders.Add(occluder);
            return;
        }
    }

    private (double X, double Y, double Radius) Over(ShapeInstance shape)
    {
        var (direction, distance) = (Direction.Draw(_random), shape.Radius * _random.NextDouble(.4, 1));
        return (shape.X + (direction.X * distance), shape.Y + (direction.Y * distance), shape.Radius * _random.NextDouble(1.1, 1.8));
    }

    private (double X, double Y, double Radius) Anywhere() =>
        (_random.NextDouble(0, SceneRecipe.Span), _random.NextDouble(0, SceneRecipe.Span), _random.NextDouble(SceneRecipe.MinRadius, 1.6 * SceneRecipe.MaxRadius));
}
