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

    /// <summary>Side of a picture in pixels, if nothing else is asked for.</summary>
    public const int DefaultSize = 256;

    /// <summary>Smallest side in pixels: the smallest objects are still 6 pixels wide.</summary>
    public const int MinSize = 128;

    /// <summary>Largest side in pixels.</summary>
    public const int MaxSize = 2048;

    /// <summary>Side of a picture in the units that all lengths of the recipe are in, so that another size is the same scene.</summary>
    internal const int Span = 256;

    /// <summary>Objects of an image, each number as likely.</summary>
    internal const int MinObjects = 1, MaxObjects = 3;

    /// <summary>Things that only look like objects, each number as likely; fewer where there is no room.</summary>
    internal const int MinClutter = 2, MaxClutter = 4;

    /// <summary>Radius of objects and clutter: small ones are more frequent.</summary>
    internal const double MinRadius = 9, MaxRadius = 24;

    /// <summary>How far a class's hue strays from its middle, in sixths of the circle; classes are 1.2 apart.</summary>
    internal const double HueSpread = .5;

    /// <summary>How often something lies over an object, and how much of every object is seen at least.</summary>
    internal const double HiddenShare = .3, MinVisible = .6;

    /// <summary>Most things that lie anywhere, over nothing or over clutter.</summary>
    internal const int MaxStray = 2;

    /// <summary>Free space around every object and thing.</summary>
    internal const double Gap = 2;

    /// <summary>The classes.</summary>
    public static IReadOnlyList<Category> Categories { get; } =
        [.. Enumerable.Range(0, (int)Shape.Cross + 1).Select(shape => new Category(shape + 1, ((Shape)shape).ToString().ToLowerInvariant()))];
}
