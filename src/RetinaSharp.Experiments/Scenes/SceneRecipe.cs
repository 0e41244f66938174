using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>
/// The recipe of synthetic scenes: classes, sizes and numbers of objects. Every change that alters an image or a box needs a new <see cref="Version"/>.
/// docs/synthetic-scenes.md describes the recipe, with statistics. Lengths are in recipe units unless stated otherwise: an image is 256 units wide and
/// high, whatever its size in pixels.
/// </summary>
public static class SceneRecipe
{
    /// <summary>Version of the recipe, which the annotation files state.</summary>
    public const int Version = 1;

    /// <summary>Default width and height of an image in pixels.</summary>
    public const int DefaultSize = 256;

    /// <summary>Minimum width and height of an image in pixels. At this size, the smallest objects are 6 pixels wide.</summary>
    public const int MinSize = 128;

    /// <summary>Maximum width and height of an image in pixels.</summary>
    public const int MaxSize = 2048;

    /// <summary>Width and height of every image in recipe units. So a scene is the same whatever its size in pixels.</summary>
    internal const int Span = 256;

    /// <summary>Minimum and maximum number of objects per image; the number is uniformly distributed.</summary>
    internal const int MinObjects = 1, MaxObjects = 3;

    /// <summary>
    /// Minimum and maximum number of distractors per image (shapes that look similar to objects); uniformly distributed, but fewer if there is no space.
    /// </summary>
    internal const int MinClutter = 2, MaxClutter = 4;

    /// <summary>Minimum and maximum radius of objects and distractors, in recipe units; small radii are more frequent.</summary>
    internal const double MinRadius = 9, MaxRadius = 24;

    /// <summary>
    /// Maximum deviation of a hue from the central hue of the class, in sixths of the color circle. The central hues of adjacent classes are 1.2 apart.
    /// </summary>
    internal const double HueSpread = .5;

    /// <summary>Probability that an occluder is put over an object; minimum share of an object's pixels that stay visible.</summary>
    internal const double HiddenShare = .3, MinVisible = .6;

    /// <summary>Maximum number of additional occluders per image, at random positions.</summary>
    internal const int MaxStray = 2;

    /// <summary>Minimum gap in recipe units between the enclosing circles of any two objects or distractors.</summary>
    internal const double Gap = 2;

    /// <summary>The classes of the objects, with category ids from 1.</summary>
    public static IReadOnlyList<Category> Categories { get; } =
        [.. Enumerable.Range(0, (int)Shape.Cross + 1).Select(shape => new Category(shape + 1, ((Shape)shape).ToString().ToLowerInvariant()))];
}
