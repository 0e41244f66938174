using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>
/// Detects objects in images. Safe for concurrent callers, who get the results of a single one. <see cref="ObjectDetectorExtensions"/> adds
/// blocking methods, and overloads for paths and decoded images.
/// </summary>
public interface IObjectDetector : IDisposable
{
    /// <summary>The categories that it detects.</summary>
    IReadOnlyList<Category> Categories { get; }

    /// <summary>Size to which it scales images.</summary>
    InputSize Input { get; }

    /// <summary>Detects objects in an image.</summary>
    /// <param name="image">A path, the bytes of a file, a stream, or an <see cref="Image"/>.</param>
    /// <param name="cancellationToken">Ends the wait for a turn in the network.</param>
    /// <returns>Detections by descending score, in pixels of the upright image.</returns>
    /// <exception cref="ImageException">The image cannot be read, or is damaged; names the file.</exception>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<IReadOnlyList<DetectedObject>> DetectAsync(ImageSource image, CancellationToken cancellationToken = default);

    /// <summary>
    /// Detects objects in any number of images. Images of one padded size go through the network as a batch, while the next are decoded and the
    /// detections of the last are computed; memory is bounded by that. Which images are batched follows from their sizes, not from timing.
    /// </summary>
    /// <param name="images">The images; may be endless. They are enumerated on the thread pool.</param>
    /// <param name="batch">Largest batch, from 1. An image waits for others of its padded size among the next 4 · <paramref name="batch"/>.</param>
    /// <param name="imagesDone">Receives the number of finished images after each batch.</param>
    /// <param name="damaged">Receives the error of each image that cannot be read, which is then left out; null: the first such error ends the enumeration.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The detections of each image, in the order of the images; the work is done while they are enumerated.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batch"/> is below 1.</exception>
    /// <exception cref="ImageException">While enumerating: an image cannot be read, or is damaged; names the file.</exception>
    /// <exception cref="ObjectDisposedException">While enumerating: the detector was disposed.</exception>
    IAsyncEnumerable<ImageDetections> DetectManyAsync(
        IAsyncEnumerable<ImageSource> images, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? damaged = null, CancellationToken cancellationToken = default);
}
