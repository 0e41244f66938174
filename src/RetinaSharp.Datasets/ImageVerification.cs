using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets;

/// <summary>Finds the images of a dataset that training and evaluation cannot use, before they begin.</summary>
public static class ImageVerification
{
    // The default limits of the decoder in RetinaSharp.Imaging, which this package does not reference: it rejects larger images by their header.
    private const int MaxSide = ushort.MaxValue;
    private const long MaxPixels = 100_000_000;

    /// <summary>
    /// Reads the header and the last bytes of every image file, on all cores. Finds files that are missing, truncated or no images, and images
    /// whose size differs from the annotated size.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="decode">
    /// Decodes an image file and returns the reason why that fails, or null if it succeeds. Called on several threads for files whose last bytes
    /// are not those of a complete file, and for images of a size that decoders may refuse. Null: the former count as truncated.
    /// </param>
    /// <param name="decodesAll">Whether to decode every file, which also finds damage in the middle of a file.</param>
    /// <param name="progress">Receives the number of images checked so far, on several threads.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>The images that cannot be used, in the order of the dataset.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static IReadOnlyList<BadImage> FindBadImages(
        DetectionDataset dataset, Func<ImageFile, string?>? decode = null, bool decodesAll = false, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return FindBadImages(dataset, Verify(dataset, decode, decodesAll, progress, cancellationToken));
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

    /// <summary>Does the same as <see cref="FindBadImages(DetectionDataset, Func{ImageFile, string?}?, bool, IProgress{int}?, CancellationToken)"/>, and returns a result for each image.</summary>
    internal static VerifiedImage[] Verify(DetectionDataset dataset, Func<ImageFile, string?>? decode, bool decodesAll, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        AnnotatedImage[] images = [.. dataset.Images];
        var verified = new VerifiedImage[images.Length];
        var done = 0;
        Parallel.For(0, verified.Length, new() { CancellationToken = cancellationToken }, i =>
        {
            verified[i] = Verify(images[i], decode, decodesAll);
            progress?.Report(Interlocked.Increment(ref done));
        });
        return verified;
    }

    /// <summary>Returns the images of a dataset that cannot be used.</summary>
    internal static IReadOnlyList<BadImage> FindBadImages(DetectionDataset dataset, VerifiedImage[] verified) =>
        [.. dataset.Images.Zip(verified).Select((pair, i) => pair.Second.Failure is { } reason ? new BadImage(i, pair.First.Path, reason) : null).OfType<BadImage>()];

    private static VerifiedImage Verify(AnnotatedImage image, Func<ImageFile, string?>? decode, bool decodesAll)
    {
        if (!image.File.Exists)
        {
            return new(null, image.Entry is null
                ? $"the file does not exist: set {nameof(DatasetOptions)}.{nameof(DatasetOptions.ImagesDirectory)} to the folder of the images"
                : "the shard is missing: copy it again, or pack the dataset again");
        }

        ImageHeader? header = null;
        try
        {
            header = ImageHeader.Read(image.File);
            return new(header.Format, FindReason(image, header, decode, decodesAll));
        }
        catch (DatasetException exception)
        {
            return new(header?.Format, exception.Reason);
        }
    }

    private static string? FindReason(AnnotatedImage image, ImageHeader header, Func<ImageFile, string?>? decode, bool decodesAll)
    {
        if (image.Crop is { } crop && !crop.IsInside(header.OrientedWidth, header.OrientedHeight))
            return $"is {header.OrientedWidth} x {header.OrientedHeight}, and the region of {crop.Width} x {crop.Height} pixels at ({crop.X}, {crop.Y}) is not inside of it";
        if (image is { Crop: null, Width: > 0 } && (header.OrientedWidth, header.OrientedHeight) != (image.Width, image.Height))
            return DescribeSize(image, header);
        var isComplete = ImageTail.IsComplete(image.File, header.Format);
        if (decode is null)
            return isComplete ? null : "the file is truncated: its last bytes are not the end of an image. Copy or download it again";
        var isLarge = Math.Max(header.Width, header.Height) > MaxSide || (long)header.Width * header.Height > MaxPixels;
        return isComplete && !isLarge && !decodesAll ? null : decode(image.File);
    }

    private static string DescribeSize(AnnotatedImage image, ImageHeader header)
    {
        var size = $"is {header.OrientedWidth} x {header.OrientedHeight}";
        return header.Orientation > 1 && (header.Width, header.Height) == (image.Width, image.Height)
            ? $"{size} after its EXIF orientation {header.Orientation}, but annotated as {image.Width} x {image.Height}, the size of the stored pixels: annotate the rotated image, or rotate the pixels and remove the EXIF tag"
            : $"{size}, but annotated as {image.Width} x {image.Height}: correct the annotations, because their boxes would be misplaced";
    }
}
