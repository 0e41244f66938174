namespace RetinaSharp.Datasets.Formats;

/// <summary>An image in an annotation file.</summary>
internal sealed record ParsedImage
{
    /// <summary>File name of the image, as written in the annotation file; may be empty.</summary>
    public required string FileName { get; init; }

    /// <summary>Path of the image file, if the reader has found it; null: it is looked for by name.</summary>
    public string? ImagePath { get; init; }

    /// <summary>Other file names that the image may have, tried in this order if no file has <see cref="FileName"/>.</summary>
    public IReadOnlyList<string> OtherFileNames { get; init; } = [];

    /// <summary>
    /// Path of the annotation file of this image alone, for formats with one file per image: the image file usually has the same name. Null
    /// for other formats.
    /// </summary>
    public string? AnnotationFile { get; init; }

    /// <summary>Location of the image in the annotation file, for messages.</summary>
    public string Location { get; init; } = "";

    /// <summary>Width in pixels; 0 if the annotation file has none.</summary>
    public int Width { get; init; }

    /// <summary>Height in pixels; 0 if the annotation file has none.</summary>
    public int Height { get; init; }

    /// <summary>Name of the split that the annotation file gives for this image; null if it gives none.</summary>
    public string? Split { get; init; }

    /// <summary>The annotated objects.</summary>
    public required IReadOnlyList<ParsedObject> Objects { get; init; }
}
