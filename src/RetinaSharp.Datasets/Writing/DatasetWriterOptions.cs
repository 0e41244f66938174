namespace RetinaSharp.Datasets.Writing;

/// <summary>Options for writing a dataset.</summary>
public sealed record DatasetWriterOptions
{
    /// <summary>
    /// How the image files get into the dataset. If null, they are copied into a folder, and named by an annotation file that is written
    /// alone.
    /// </summary>
    public ImageHandling? Images { get; init; }
}
