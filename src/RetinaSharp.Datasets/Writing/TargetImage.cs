namespace RetinaSharp.Datasets.Writing;

/// <summary>An image and its names in the dataset that is written.</summary>
/// <param name="Image">The image. Its boxes have finite numbers.</param>
/// <param name="Name">
/// Path relative to the image folder of the split, with forward slashes. The path without extension is unique in the folder, ignoring case.
/// </param>
/// <param name="Original">
/// Path of the original file relative to the folder of the annotation file, with forward slashes; null if the image is in the dataset.
/// </param>
internal sealed record TargetImage(AnnotatedImage Image, string Name, string? Original)
{
    /// <summary>The name without extension, which label files have.</summary>
    public string Stem => Name[..^Path.GetExtension(Name).Length];
}
