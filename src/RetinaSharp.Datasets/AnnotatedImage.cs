namespace RetinaSharp.Datasets;

/// <summary>An image and what is known to be in it. An image without annotations is a true statement: nothing is there.</summary>
public sealed record AnnotatedImage
{
    /// <summary>Id in the file; for formats without ids, counted from 1 in the order of the split.</summary>
    public required long Id { get; init; }

    /// <summary>Name as the annotation file has it.</summary>
    public required string FileName { get; init; }

    /// <summary>Where the image file is; the file need not exist where only annotations are used.</summary>
    public required string Path { get; init; }

    /// <summary>Width in pixels, after EXIF orientation; 0 where it is not known (see <see cref="DatasetOptions.RequireImages"/>).</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, after EXIF orientation; 0 where it is not known.</summary>
    public required int Height { get; init; }

    /// <summary>Its objects, in the order of the file.</summary>
    public required IReadOnlyList<Annotation> Annotations { get; init; }

    /// <summary>
    /// Whether a box is degenerate: without area, not finite, or wholly outside of the image. Training skips such boxes, and evaluation counts
    /// them as ground truth that no detection matches, as pycocotools does.
    /// </summary>
    /// <param name="annotation">One of <see cref="Annotations"/>.</param>
    public bool IsDegenerate(Annotation annotation)
    {
        ArgumentNullException.ThrowIfNull(annotation);
        return BoxCheck.IsDegenerate(BoxCheck.Find(annotation.Box, Width, Height));
    }
}
