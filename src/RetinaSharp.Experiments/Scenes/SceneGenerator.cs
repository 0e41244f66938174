using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>
/// Generates synthetic scenes. A scene is determined by seed, split and index, and at the same image size it is bit-identical on all machines. Thread-safe.
/// </summary>
public sealed class SceneGenerator
{
    private readonly long _seed;
    private readonly int _size;

    /// <summary>Creates a generator.</summary>
    /// <param name="seed">Random seed of all scenes that the generator draws.</param>
    /// <param name="size">Side length of an image in pixels, <see cref="SceneRecipe.MinSize"/> to <see cref="SceneRecipe.MaxSize"/>.</param>
    public SceneGenerator(long seed = 0, int size = SceneRecipe.DefaultSize)
    {
        if (size is < SceneRecipe.MinSize or > SceneRecipe.MaxSize)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"the side length must be {SceneRecipe.MinSize} to {SceneRecipe.MaxSize} pixels");
        (_seed, _size) = (seed, size);
    }

    /// <summary>Generates one scene and renders its image.</summary>
    /// <param name="split">Name of the scene's split, such as <c>train</c>; splits with different names have unrelated scenes.</param>
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

    /// <summary>Generates background and shapes of a scene, without rendering them.</summary>
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
