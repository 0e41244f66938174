namespace RetinaSharp.Experiments.Scenes;

/// <summary>How a generated data set is made.</summary>
public sealed record SceneSettings
{
    /// <summary>Most images of a split.</summary>
    public const int MaxImages = 1_000_000;

    /// <summary>Images to train on.</summary>
    public required int Train { get; init; }

    /// <summary>Images to validate on.</summary>
    public required int Val { get; init; }

    /// <summary>Side of an image in pixels.</summary>
    public int Size { get; init; } = SceneRecipe.DefaultSize;

    /// <summary>Seed of everything random.</summary>
    public long Seed { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public void Validate()
    {
        Require("Training images", Train, 1, MaxImages);
        Require("Validation images", Val, 1, MaxImages);
        Require("Size", Size, SceneRecipe.MinSize, SceneRecipe.MaxSize);
    }

    private static void Require(string name, int value, int min, int max)
    {
        if (value < min || value > max)
            throw new ArgumentException($"{name} {value}: must be {min} to {max}.");
    }
}
