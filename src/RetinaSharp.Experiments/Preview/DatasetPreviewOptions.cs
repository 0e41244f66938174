namespace RetinaSharp.Experiments.Preview;

/// <summary>Options of <see cref="DatasetPreview"/>.</summary>
public sealed record DatasetPreviewOptions
{
    /// <summary>Number of images on the contact sheets, at least 1; more if classes would otherwise be missing.</summary>
    public int Images { get; init; } = 24;

    /// <summary>Maximum number of objects on the sheet of a class, at least 1.</summary>
    public int ObjectsPerClass { get; init; } = 24;

    /// <summary>Maximum number of classes that have a sheet of objects, at least 0: those with the most boxes.</summary>
    public int Classes { get; init; } = 100;

    /// <summary>Number of images whose augmentations are shown, at least 1.</summary>
    public int AugmentedImages { get; init; } = 4;

    /// <summary>Number of augmentations that are drawn for each of these images, at least 1.</summary>
    public int Draws { get; init; } = 4;

    /// <summary>Number of images whose anchors are shown, at least 1.</summary>
    public int AnchorImages { get; init; } = 3;

    /// <summary>Checks that all options are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Images, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ObjectsPerClass, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Classes, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(AugmentedImages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Draws, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(AnchorImages, 1);
    }
}
