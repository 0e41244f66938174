using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>Generates synthetic scenes: bit-identical on all machines for the same seed, split, number and size. Thread-safe.</summary>
public sealed class SceneGenerator
{
    private readonly long _seed;
    private readonly int _size;

    /// <summary>Creates a generator.</summary>
    /// <param name="seed">Seed of all its scenes.</param>
    /// <param name="size">Side length of an image in pixels, <see cref="SceneRecipe.MinSize"/> to <see cref="SceneRecipe.MaxSize"/>.</param>
    public SceneGenerator(long seed = 0, int size = SceneRecipe.DefaultSize)
    {
        if (size is < SceneRecipe.MinSize or > SceneRecipe.MaxSize)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"the side length must be {SceneRecipe.MinSize} to {SceneRecipe.MaxSize} pixels");
        (_seed, _size) = (seed, size);
    }

    /// <summary>Draws one scene.</summary>
    /// <param name="split">Name of its split; other names give unrelated scenes.</param>
    /// <param name="number">Index of the scene in its split.</param>
    public Scene Draw(string split, int number)
    {
        var (backdrop, composition) = Compose(split, number);
        var canvas = new Canvas(_size);
        canvas.Fill(backdrop);
        foreach (var shape in composition.Clutter.Concat(composition.Objects).Concat(composition.Occluders))
            canvas.Draw(shape);
        return new(canvas.ToImage(), [.. composition.Objects.Select(shape => Describe(shape, composition))], composition.Clutter.Count);
    }

    /// <summary>The contents of a scene, before rendering.</summary>
    internal (Backdrop Backdrop, Composition Composition) Compose(string split, int number)
    {
        var random = new RandomStream(_seed, $"scene {split}", number);
        var backdrop = new Backdrop(random);
        return (backdrop, new(random, backdrop));
    }

    private SceneObject Describe(ShapeInstance shape, Composition composition)
    {
        var silhouette = new Silhouette(shape, _size);
        return new((int)shape.Shape, silhouette.Box, silhouette.Area, silhouette.Visible(composition.Occluders));
    }
}
