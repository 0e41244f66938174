namespace RetinaSharp.Datasets.Checking;

/// <summary>An image file that was checked.</summary>
/// <param name="Dataset">The dataset that contains the image.</param>
/// <param name="File">The file.</param>
/// <param name="Width">Width of the image in pixels.</param>
/// <param name="Height">Height of the image in pixels.</param>
/// <param name="Hash">Perceptual hash of the image; null if it was not decoded.</param>
internal sealed record CheckedFile(DetectionDataset Dataset, ImageFile File, int Width, int Height, ulong? Hash)
{
    /// <summary>Path of the file, which identifies it.</summary>
    public string Path => File.Path;
}
