namespace RetinaSharp.Datasets.Operations;

/// <summary>Which classes, boxes and images <see cref="DatasetFilter"/> keeps. The defaults keep all.</summary>
public sealed record DatasetFilterOptions
{
    /// <summary>Names of the classes to keep, with their boxes; null keeps all.</summary>
    public IReadOnlyCollection<string>? KeepClasses { get; init; }

    /// <summary>Names of classes to remove, with their boxes.</summary>
    public IReadOnlyCollection<string> DropClasses { get; init; } = [];

    /// <summary>Minimum length of the shorter side of a box, in pixels.</summary>
    public double MinBoxSize { get; init; }

    /// <summary>Maximum length of the longer side of a box, in pixels.</summary>
    public double MaxBoxSize { get; init; } = double.PositiveInfinity;

    /// <summary>Whether crowds are removed.</summary>
    public bool DropCrowds { get; init; }

    /// <summary>
    /// A pattern of file names of images to keep, with <c>*</c> for any characters and <c>?</c> for one; null keeps all. It is compared with
    /// the file name without folders, unless it has a <c>/</c>.
    /// </summary>
    public string? ImageName { get; init; }

    /// <summary>Whether images without boxes are removed, also those whose boxes the other options remove.</summary>
    public bool OnlyWithBoxes { get; init; }

    /// <summary>Maximum number of images, chosen at random after all other options; null keeps all.</summary>
    public int? MaxImages { get; init; }

    /// <summary>Seed of the random choice of <see cref="MaxImages"/>.</summary>
    public long Seed { get; init; }
}
