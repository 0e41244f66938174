namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// What a reader has parsed from annotation files. <see cref="DatasetBuilder"/> finds the image files, checks the boxes, and makes it a
/// <see cref="DetectionDataset"/>.
/// </summary>
internal sealed record ParsedDataset
{
    /// <summary>Name of the format for messages, such as <c>LabelMe</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The annotation file or the folder of the annotation files.</summary>
    public required string Path { get; init; }

    /// <summary>The images, in the order of the annotation files.</summary>
    public required IReadOnlyList<ParsedImage> Images { get; init; }

    /// <summary>Class names in the order of the class indices; null sorts the names of the objects.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Whether the format gives the sizes of images, so that a missing size is reported.</summary>
    public bool HasSizes { get; init; }

    /// <summary>Folders that may contain the image files, in search order.</summary>
    public required IReadOnlyList<string> ImageFolders { get; init; }
}
