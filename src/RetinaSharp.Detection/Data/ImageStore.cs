using System.Collections.Concurrent;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Reads images, no larger than they are needed, and keeps what fits in its memory. Nothing is ever dropped for something
/// else: an epoch uses every image once, so a fixed part of them in memory saves the most. Thread-safe.
/// </summary>
/// <param name="size">Size that images are scaled to.</param>
/// <param name="maxScale">Largest factor on top of that size that will be asked for.</param>
/// <param name="cacheBytes">Memory for images in bytes.</param>
internal sealed class ImageStore(InputSize size, double maxScale, long cacheBytes)
{
    private readonly ConcurrentDictionary<string, Image> _cache = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>Bytes of the images in memory.</summary>
    public long CachedBytes => Interlocked.Read(ref _bytes);

    /// <summary>
    /// The image at the largest size that will be asked for, or as it is where that is no smaller. The same pixels whether they
    /// come from memory or from the file.
    /// </summary>
    /// <exception cref="ImageException">The file cannot be read or decoded.</exception>
    /// <exception cref="DatasetException">The image has another size than its annotations say.</exception>
    public Image Read(AnnotatedImage source)
    {
        if (_cache.TryGetValue(source.Path, out var cached))
            return cached;
        var image = Load(source);
        var bytes = image.Pixels.Length;
        if (Interlocked.Add(ref _bytes, bytes) > cacheBytes || !_cache.TryAdd(source.Path, image))
            Interlocked.Add(ref _bytes, -bytes);
        return image;
    }

    private Image Load(AnnotatedImage source)
    {
        var (width, height, image) = DecodedImage.Load(size, maxScale, options => Image.Load(source.Path, options));
        return (width, height) == (source.Width, source.Height)
            ? image
            : throw new DatasetException(source.Path, $"image {source.Id}",
                $"is {width} x {height}, but annotated as {source.Width} x {source.Height}: correct the annotations, or their boxes would lie elsewhere");
    }
}
