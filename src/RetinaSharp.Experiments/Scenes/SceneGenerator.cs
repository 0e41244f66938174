using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>Draws scenes: the same seed, split, number and size give the same picture on every machine. Safe for many threads.</summary>
public sealed class SceneGenerator
{
    private readonly long _seed;
    private readonly int _size;

    /// <summary>Creates a generator.</summary>
    /// <param name="seed">Seed of all its scenes.</param>
    /// <param name="size">Side of a picture in pixels, <see cref="SceneRecipe.MinSize"/> to <see cref="SceneRecipe.MaxSize"/>.</param>
    public SceneGenerator(long seed = 0, int size = SceneRecipe.DefaultSize)
    {
        if (size is < SceneRecipe.MinSize or > SceneRecipe.MaxSize)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"a picture's side is {SceneRecipe.MinSize} to {SceneRecipe.MaxSize} pixels");
        (_seed, _size) = (seed, size);
    }

    /// <summary>Draws one scene.</summary>
    /// <param name="split">The set it belongs to; another name gives unrelated scenes.</param>
    /// <param name="number">Number of the scene in its split.</param>
    public Scene Draw(string split, int number)
    {
        var (backdrop, composition) = Compose(split, number);
        var canvas = new Canvas(_size);
        canvas.Fill(backdrop);
        foreach (var figure in composition.Clutter.Concat(composition.Objects).Concat(composition.Occluders))
            canvas.Draw(figure);
        return new(canvas.ToImage(), [.. composition.Objects.Select(figure => Describe(figure, composition))], composition.Clutter.Count);
    }

    /// <summary>What is in a scene, before it is pixels.</summary>
    internal (Backdrop Backdrop, Composition Composition) Compose(string split, int number)
    {
        var random = new RandomStream(_seed, $"scene {split}", number);
        var backdrop = new Backdrop(random);
        return (backdrop, new(random, backdrop));
    }

    private SceneObject Describe(Figure figure, Composition composition)
    {
        var silhouette = new Silhouette(figure, _size);
        return new((int)figure.Shape, silhouette.Box, silhouette.Area, silhouette.Visible(composition.Occluders));
    }
}
