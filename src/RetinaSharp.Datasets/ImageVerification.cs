using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets;

/// <summary>Finds the images of a dataset that training and evaluation cannot use, before they begin.</summary>
public static class ImageVerification
{
    /// <summary>
    /// Reads the header and the last bytes of every image file, on all cores. Finds files that are missing, truncated or no images, and images
    /// whose size differs from the annotated size.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="decode">
    /// Decodes an image file and returns the reason why that fails, or null if it succeeds. Called on several threads for files whose last bytes
    /// are not those of a complete file. Null: such files count as truncated.
    /// </param>
    /// <param name="decodesAll">Whether to decode every file, which also finds damage in the middle of a file.</param>
    /// <param name="progress">Receives the number of images checked so far, on several threads.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>The images that cannot be used, in the order of the dataset.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static IReadOnlyList<BadImage> FindBadImages(
        DetectionDataset dataset, Func<string, string?>? decode = null, bool decodesAll = false, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        AnnotatedImage[] images = [.. dataset.Images];
        var reasons = new string?[images.Length];
        var done = 0;
        Parallel.For(0, reasons.Length, new() { CancellationToken = cancellationToken }, i =>
        {
            reasons[i] = FindReason(images[i], decode, decodesAll);
            progress?.Report(Interlocked.Increment(ref done));
        });
        return [.. reasons.Select((reason, i) => reason is null ? null : new BadImage(i, images[i].Path, reason)).OfType<BadImage>()];
    }

    /// <summary>Returns a dataset without some of its images.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="images">The images to leave out.</param>
    public static DetectionDataset Without(DetectionDataset dataset, IReadOnlyCollection<BadImage> images)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(images);
        var indices = images.Select(image => image.Index).ToHashSet();
        return dataset with { Images = [.. dataset.Images.Where((_, i) => !indices.Contains(i))] };
    }

    private static string? FindReason(AnnotatedImage image, Func<string, string?>? decode, bool decodesAll)
    {
        if (!File.Exists(image.Path))
            return $"the file does not exist: set {nameof(DatasetOptions)}.{nameof(DatasetOptions.ImagesDirectory)} to the folder of the images";
        try
        {
            var header = ImageHeader.Read(image.Path);
            if (image.Crop is { } crop && !crop.IsInside(header.OrientedWidth, header.OrientedHeight))
                return $"is {header.OrientedWidth} x {header.OrientedHeight}, and the region of {crop.Width} x {crop.Height} pixels at ({crop.X}, {crop.Y}) is not inside of it";
            if (image is { Crop: null, Width: > 0 } && (header.OrientedWidth, header.OrientedHeight) != (image.Width, image.Height))
                return DescribeSize(image, header);
            var isComplete = ImageTail.IsComplete(image.Path, header.Format);
            if (decode is null)
                return isComplete ? null : "the file is truncated: its last bytes are not the end of an image. Copy or download it again";
            return isComplete && !decodesAll ? null : decode(image.Path);
        }
        catch (DatasetException exception)
        {
            return exception.Reason;
        }
    }

    private static string DescribeSize(AnnotatedImage image, ImageHeader header)
    {
        var size = $"is {header.OrientedWidth} x {header.OrientedHeight}";
        return header.Orientation > 1 && (header.Width, header.Height) == (image.Width, image.Height)
            ? $"{size} after its EXIF orientation {header.Orientation}, but annotated as {image.Width} x {image.Height}, the size of the stored pixels: annotate the rotated image, or rotate the pixels and remove the EXIF tag"
            : $"{size}, but annotated as {image.Width} x {image.Height}: correct the annotations, because their boxes would be misplaced";
    }
}
