namespace RetinaSharp.Datasets;

/// <summary>An image and its annotations. An image without annotations is a negative example: it contains no objects.</summary>
public sealed record AnnotatedImage
{
    /// <summary>The id in the annotation file. Formats without ids (VOC, YOLO) use the 1-based index of the image in the split.</summary>
    public required long Id { get; init; }

    /// <summary>
    /// The file name: as written in a COCO file or YOLO image list, otherwise the path of the image file relative to the image folder.
    /// </summary>
    public required string FileName { get; init; }

    /// <summary>
    /// Path of the image file; for an image in a tar shard, the path of the shard followed by the name of the entry. It names the image; <see cref="File"/> reads
    /// it. The file need not exist if only annotations are used.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Where the image is in a tar shard; null: it is a file of its own.</summary>
    public ShardEntry? Entry { get; init; }

    /// <summary>The encoded bytes of the image.</summary>
    public ImageFile File => new(Path, Entry);

    /// <summary>
    /// The region of the file that is the image, for training on parts of large files; null: the whole file. <see cref="Width"/>, <see cref="Height"/> and
    /// the boxes of <see cref="Annotations"/> are those of the region. Only training supports regions.
    /// </summary>
    public ImageRegion? Crop { get; init; }

    /// <summary>Width in pixels after EXIF orientation; 0 if unknown (see <see cref="DatasetOptions.RequireImages"/>).</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels after EXIF orientation; 0 if unknown.</summary>
    public required int Height { get; init; }

    /// <summary>The annotated objects, in the order of the annotation file.</summary>
    public required IReadOnlyList<Annotation> Annotations { get; init; }

    /// <summary>
    /// Returns whether the box of an annotation is degenerate: without area, not finite, or completely outside of the image. Training skips
    /// degenerate boxes. Evaluation counts them as ground truth that no detection matches, as pycocotools does.
    /// </summary>
    /// <param name="annotation">One of <see cref="Annotations"/>.</param>
    public bool IsDegenerate(Annotation annotation)
    {
        ArgumentNullException.ThrowIfNull(annotation);
        return BoxCheck.IsDegenerate(BoxCheck.Find(annotation.Box, Width, Height));
    }
}
