using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>
/// What scenes are made of. Whatever changes a picture or a box after its freeze is a new <see cref="Version"/>. Its statistics are
/// in docs/synthetic-scenes.md.
/// </summary>
public static class SceneRecipe
{
    /// <summary>Version of the recipe.</summary>
    public const int Version = 1;

    /// <summary>Default side length of an image in pixels.</summary>
    public const int DefaultSize = 256;

    /// <summary>Minimum side length in pixels, at which the smallest objects are 6 pixels wide.</summary>
    public const int MinSize = 128;

    /// <summary>Maximum side length in pixels.</summary>
    public const int MaxSize = 2048;

    /// <summary>Side length of an image in units of the recipe, in which all lengths are given, so that scenes do not depend on the image size.</summary>
    internal const int Span = 256;

    /// <summary>Number of objects per image, uniformly distributed.</summary>
    internal const int MinObjects = 1, MaxObjects = 3;

    /// <summary>Number of distractors per image, uniformly distributed; fewer if there is no space.</summary>
    internal const int MinClutter = 2, MaxClutter = 4;

    /// <summary>Radius of objects and distractors; small ones are more frequent.</summary>
    internal const double MinRadius = 9, MaxRadius = 24;

    /// <summary>Half the range of hues of a class, in sixths of the circle; the centers are 1.2 apart.</summary>
    internal const double HueSpread = .5;

    /// <summary>Share of objects that are occluded, and minimum visible share of every object.</summary>
    internal const double HiddenShare = .3, MinVisible = .6;

    /// <summary>Maximum number of occluders at random positions.</summary>
    internal const int MaxStray = 2;

    /// <summary>Minimum gap between objects and distractors.</summary>
    internal const double Gap = 2;

    /// <summary>The classes.</summary>
    public static IReadOnlyList<Category> Categories { get; } =
        [.. Enumerable.Range(0, (int)Shape.Cross + 1).Select(shape => new Category(shape + 1, ((Shape)shape).ToString().ToLowerInvariant()))];
}
