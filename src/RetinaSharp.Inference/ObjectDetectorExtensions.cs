using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>Overloads of <see cref="IObjectDetector"/> for paths and decoded images, and blocking ones for callers that cannot await.</summary>
public static class ObjectDetectorExtensions
{
    private const int DefaultBatch = 8;

    /// <summary>Detects objects in an image; blocks the caller.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="image">A path, the bytes of a file, a stream, or an <see cref="Image"/>.</param>
    /// <param name="cancellationToken">Ends the wait for a turn in the network.</param>
    /// <inheritdoc cref="IObjectDetector.DetectAsync" path="/returns|/exception"/>
    public static IReadOnlyList<DetectedObject> Detect(this IObjectDetector detector, ImageSource image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        return detector.DetectAsync(image, cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Detects objects in any number of image files.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="paths">The files; may be endless.</param>
    /// <param name="batch">Largest batch, from 1.</param>
    /// <param name="imagesDone">Receives the number of finished images after each batch.</param>
    /// <param name="damaged">Receives the error of each image that cannot be read, which is then left out; null: the first such error ends the enumeration.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <inheritdoc cref="IObjectDetector.DetectManyAsync" path="/returns|/exception"/>
    public static IAsyncEnumerable<ImageDetections> DetectManyAsync(
        this IObjectDetector detector, IAsyncEnumerable<string> paths, int batch = DefaultBatch, IProgress<int>? imagesDone = null, Action<ImageException>? damaged = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(paths);
        return detector.DetectManyAsync(paths.Select(ImageSource.FromFile), batch, imagesDone, damaged, cancellationToken);
    }

    /// <inheritdoc cref="DetectManyAsync(IObjectDetector, IAsyncEnumerable{string}, int, IProgress{int}, Action{ImageException}, CancellationToken)"/>
    public static IAsyncEnumerable<ImageDetections> DetectManyAsync(
        this IObjectDetector detector, IEnumerable<string> paths, int batch = DefaultBatch, IProgress<int>? imagesDone = null, Action<ImageException>? damaged = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return detector.DetectManyAsync(paths.ToAsyncEnumerable(), batch, imagesDone, damaged, cancellationToken);
    }

    /// <summary>Detects objects in any number of decoded images.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="images">The images; may be endless.</param>
    /// <param name="batch">Largest batch, from 1.</param>
    /// <param name="imagesDone">Receives the number of finished images after each batch.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <inheritdoc cref="IObjectDetector.DetectManyAsync" path="/exception"/>
    /// <returns>The detections of each image by descending score, in the order of the images; the work is done while they are enumerated.</returns>
    public static IAsyncEnumerable<IReadOnlyList<DetectedObject>> DetectManyAsync(
        this IObjectDetector detector, IEnumerable<Image> images, int batch = DefaultBatch, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(images);
        return detector.DetectManyAsync(images.Select(ImageSource.FromImage).ToAsyncEnumerable(), batch, imagesDone, damaged: null, cancellationToken).Select(image => image.Detections);
    }

    /// <inheritdoc cref="DetectManyAsync(IObjectDetector, IAsyncEnumerable{string}, int, IProgress{int}, Action{ImageException}, CancellationToken)"/>
    public static IEnumerable<ImageDetections> DetectMany(
        this IObjectDetector detector, IEnumerable<string> paths, int batch = DefaultBatch, IProgress<int>? imagesDone = null, Action<ImageException>? damaged = null,
        CancellationToken cancellationToken = default) =>
        detector.DetectManyAsync(paths, batch, imagesDone, damaged, cancellationToken).ToBlockingEnumerable(CancellationToken.None);

    /// <inheritdoc cref="DetectManyAsync(IObjectDetector, IEnumerable{Image}, int, IProgress{int}, CancellationToken)"/>
    public static IEnumerable<IReadOnlyList<DetectedObject>> DetectMany(
        this IObjectDetector detector, IEnumerable<Image> images, int batch = DefaultBatch, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default) =>
        detector.DetectManyAsync(images, batch, imagesDone, cancellationToken).ToBlockingEnumerable(CancellationToken.None);
}
