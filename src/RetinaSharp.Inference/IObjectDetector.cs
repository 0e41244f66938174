using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>
/// Detects objects in images. Thread-safe; concurrent calls return the same results as sequential ones. <see cref="ObjectDetectorExtensions"/> adds
/// synchronous methods, and overloads for paths and decoded images.
/// </summary>
public interface IObjectDetector : IDisposable
{
    /// <summary>The categories that the detector detects. The class index of a detection is an index in this list.</summary>
    IReadOnlyList<Category> Categories { get; }

    /// <summary>Size that images are scaled to for the network.</summary>
    InputSize Input { get; }

    /// <summary>
    /// Decodes an image ahead of its detection, in the resolution that the detector needs. Detecting on the returned source gives the same detections, without the
    /// time for decoding. A service can thus refuse corrupt images, and bound the decoding, before images wait for the network.
    /// </summary>
    /// <param name="image">A path, the bytes of a file, a stream, or an <see cref="Image"/>.</param>
    /// <returns>A source that holds the pixels. Use it with this detector only.</returns>
    /// <exception cref="ImageException">The image cannot be read or is corrupt. The message contains the path of the file.</exception>
    ImageSource Decode(ImageSource image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Decode(size: null);
    }

    /// <summary>Detects objects in an image.</summary>
    /// <param name="image">A path, the bytes of a file, a stream, or an <see cref="Image"/>.</param>
    /// <param name="cancellationToken">Cancels the wait for the network. A batch that is already running completes.</param>
    /// <returns>Detections by descending score, in pixels of the original image after EXIF orientation.</returns>
    /// <exception cref="ImageException">The image cannot be read or is corrupt. The message contains the path of the file.</exception>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    Task<IReadOnlyList<DetectedObject>> DetectAsync(ImageSource image, CancellationToken cancellationToken = default);

    /// <summary>
    /// Detects objects in a sequence of images. Images of equal padded size form batches. Decoding, network and postprocessing of different
    /// images overlap, with bounded memory. Which images form a batch depends only on their sizes, never on timing.
    /// </summary>
    /// <param name="images">The images; may be infinite. They are enumerated on the thread pool.</param>
    /// <param name="batch">
    /// Maximum batch size, at least 1. An image waits for others of the same padded size of its block of 4 · <paramref name="batch"/> images;
    /// with slices, for those of the next image only.
    /// </param>
    /// <param name="imagesDone">Receives the total number of completed images after each batch, with those that cannot be read.</param>
    /// <param name="onImageError">
    /// Called with the error of each image that cannot be read; the image is then skipped. If null, the first such error is thrown.
    /// </param>
    /// <param name="cancellationToken">Cancels the enumeration, which throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The detections of each image, in the order of the images. Detection runs while they are enumerated.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batch"/> is below 1.</exception>
    /// <exception cref="ImageException">
    /// While enumerating: an image cannot be read or is corrupt. The message contains the path of the file.
    /// </exception>
    /// <exception cref="ObjectDisposedException">While enumerating: the detector was disposed.</exception>
    IAsyncEnumerable<ImageDetections> DetectManyAsync(
        IAsyncEnumerable<ImageSource> images, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null, CancellationToken cancellationToken = default);
}
