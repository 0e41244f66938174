namespace RetinaSharp.Experiments.Scenes;

/// <summary>Settings of a dataset of synthetic scenes.</summary>
public sealed record SceneSettings
{
    /// <summary>Maximum number of images of a split.</summary>
    public const int MaxImages = 1_000_000;

    /// <summary>Number of training images.</summary>
    public required int Train { get; init; }

    /// <summary>Number of validation images.</summary>
    public required int Val { get; init; }

    /// <summary>Width and height of an image in pixels, <see cref="SceneRecipe.MinSize"/> to <see cref="SceneRecipe.MaxSize"/>.</summary>
    public int Size { get; init; } = SceneRecipe.DefaultSize;

    /// <summary>Random seed of the scenes.</summary>
    public long Seed { get; init; }

    /// <summary>Checks that all settings are in range.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
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
