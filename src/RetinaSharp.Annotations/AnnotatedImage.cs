namespace RetinaSharp.Annotations;

/// <summary>An image and what is known to be in it. An image without annotations is a true statement: nothing is there.</summary>
public sealed record AnnotatedImage
{
    /// <summary>Id in the file; for formats without ids, counted from 1 in the order of the split.</summary>
    public required long Id { get; init; }

    /// <summary>Name as the annotation file has it.</summary>
    public required string FileName { get; init; }

    /// <summary>Where the image file is; the file need not exist where only annotations are used.</summary>
    public required string Path { get; init; }

    /// <summary>Width in pixels, after EXIF orientation; 0 where it is not known (see <see cref="DataOptions.RequireImages"/>).</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, after EXIF orientation; 0 where it is not known.</summary>
    public required int Height { get; init; }

    /// <summary>Its objects, in the order of the file.</summary>
    public required IReadOnlyList<Annotation> Annotations { get; init; }
}
