using System.Runtime.CompilerServices;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>
/// Extension methods of <see cref="IObjectDetector"/>: overloads for paths and decoded images, and synchronous overloads.
/// </summary>
public static class ObjectDetectorExtensions
{
    private const int DefaultBatch = 8;

    /// <summary>Detects objects in an image. Blocks the calling thread until the detections are available.</summary>
    /// <param name="detector">Detector to use.</param>
    /// <param name="image">A path, the bytes of a file, a stream, or an <see cref="Image"/>.</param>
    /// <param name="cancellationToken">Cancels the wait for the network. A batch that is already running completes.</param>
    /// <inheritdoc cref="IObjectDetector.DetectAsync" path="/returns|/exception"/>
    public static IReadOnlyList<DetectedObject> Detect(this IObjectDetector detector, ImageSource image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        return detector.DetectAsync(image, cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Detects objects in a sequence of image files.</summary>
    /// <param name="detector">Detector to use.</param>
    /// <param name="paths">Paths of the files; may be infinite.</param>
    /// <param name="batch">Maximum batch size, at least 1.</param>
    /// <param name="imagesDone">Receives the total number of completed images after each batch.</param>
    /// <param name="onImageError">
    /// Called with the error of each image that cannot be read; the image is then skipped. If null, the first such error is thrown.
    /// </param>
    /// <param name="cancellationToken">Cancels the enumeration, which throws <see cref="OperationCanceledException"/>.</param>
    /// <inheritdoc cref="IObjectDetector.DetectManyAsync" path="/returns|/exception"/>
    public static IAsyncEnumerable<ImageDetections> DetectManyAsync(
        this IObjectDetector detector, IAsyncEnumerable<string> paths, int batch = DefaultBatch, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(paths);
        return detector.DetectManyAsync(paths.Select(ImageSource.FromFile), batch, imagesDone, onImageError, cancellationToken);
    }

    /// <inheritdoc cref="DetectManyAsync(IObjectDetector, IAsyncEnumerable{string}, int, IProgress{int}, Action{ImageException}, CancellationToken)"/>
    public static IAsyncEnumerable<ImageDetections> DetectManyAsync(
        this IObjectDetector detector, IEnumerable<string> paths, int batch = DefaultBatch, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return detector.DetectManyAsync(paths.ToAsyncEnumerable(), batch, imagesDone, onImageError, cancellationToken);
    }

    /// <summary>Detects objects in a sequence of images of a dataset: files, or entries of tar shards.</summary>
    /// <param name="detector">Detector to use.</param>
    /// <param name="images">The images, such as those of <see cref="AnnotatedImage.File"/>; may be infinite.</param>
    /// <param name="batch">Maximum batch size, at least 1.</param>
    /// <param name="imagesDone">Receives the total number of completed images after each batch.</param>
    /// <param name="onImageError">
    /// Called with the error of each image that cannot be read; the image is then skipped. If null, the first such error is thrown.
    /// </param>
    /// <param name="cancellationToken">Cancels the enumeration, which throws <see cref="OperationCanceledException"/>.</param>
    /// <inheritdoc cref="IObjectDetector.DetectManyAsync" path="/returns|/exception"/>
    public static IAsyncEnumerable<ImageDetections> DetectManyAsync(
        this IObjectDetector detector, IEnumerable<ImageFile> images, int batch = DefaultBatch, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(images);
        return detector.DetectManyAsync(images.Select(ImageSource.FromFile).ToAsyncEnumerable(), batch, imagesDone, onImageError, cancellationToken);
    }

    /// <summary>Detects objects in a sequence of decoded images.</summary>
    /// <param name="detector">Detector to use.</param>
    /// <param name="images">The images; may be infinite.</param>
    /// <param name="batch">Maximum batch size, at least 1.</param>
    /// <param name="imagesDone">Receives the total number of completed images after each batch.</param>
    /// <param name="cancellationToken">Cancels the enumeration, which throws <see cref="OperationCanceledException"/>.</param>
    /// <inheritdoc cref="IObjectDetector.DetectManyAsync" path="/exception"/>
    /// <returns>The detections of each image by descending score, in the order of the images. Detection runs while they are enumerated.</returns>
    public static IAsyncEnumerable<IReadOnlyList<DetectedObject>> DetectManyAsync(
        this IObjectDetector detector, IEnumerable<Image> images, int batch = DefaultBatch, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(images);
        return SelectDetections(detector.DetectManyAsync(images.Select(ImageSource.FromImage).ToAsyncEnumerable(), batch, imagesDone, onImageError: null, cancellationToken));
    }

    /// <inheritdoc cref="DetectManyAsync(IObjectDetector, IAsyncEnumerable{string}, int, IProgress{int}, Action{ImageException}, CancellationToken)"/>
    public static IEnumerable<ImageDetections> DetectMany(
        this IObjectDetector detector, IEnumerable<string> paths, int batch = DefaultBatch, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null,
        CancellationToken cancellationToken = default) =>
        detector.DetectManyAsync(paths, batch, imagesDone, onImageError, cancellationToken).ToBlockingEnumerable(CancellationToken.None);

    /// <inheritdoc cref="DetectManyAsync(IObjectDetector, IEnumerable{ImageFile}, int, IProgress{int}, Action{ImageException}, CancellationToken)"/>
    public static IEnumerable<ImageDetections> DetectMany(
        this IObjectDetector detector, IEnumerable<ImageFile> images, int batch = DefaultBatch, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null,
        CancellationToken cancellationToken = default) =>
        detector.DetectManyAsync(images, batch, imagesDone, onImageError, cancellationToken).ToBlockingEnumerable(CancellationToken.None);

    /// <inheritdoc cref="DetectManyAsync(IObjectDetector, IEnumerable{Image}, int, IProgress{int}, CancellationToken)"/>
    public static IEnumerable<IReadOnlyList<DetectedObject>> DetectMany(
        this IObjectDetector detector, IEnumerable<Image> images, int batch = DefaultBatch, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default) =>
        detector.DetectManyAsync(images, batch, imagesDone, cancellationToken).ToBlockingEnumerable(CancellationToken.None);

    // Not Select, which continues in the caller's synchronization context: a synchronous call blocks that.
    private static async IAsyncEnumerable<IReadOnlyList<DetectedObject>> SelectDetections(IAsyncEnumerable<ImageDetections> images, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var image in images.WithCancellation(cancellationToken).ConfigureAwait(false))
            yield return image.Detections;
    }
}
