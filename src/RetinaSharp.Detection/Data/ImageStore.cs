using System.Collections.Concurrent;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Decodes images at the resolution that is needed, and caches decoded images as long as they fit in the capacity. Cached images are never evicted: an epoch
/// reads every image once, so that a fixed subset gives the highest hit rate. Thread-safe.
/// </summary>
/// <param name="size">Input size of the network, which images are scaled to.</param>
/// <param name="maxScale">Maximum factor by which augmentation scales an image beyond <paramref name="size"/>; 1 without scale jitter.</param>
/// <param name="cacheBytes">Capacity of the cache in bytes.</param>
internal sealed class ImageStore(InputSize size, double maxScale, long cacheBytes)
{
    private readonly ConcurrentDictionary<string, Image> _cache = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>Total size in bytes of the pixels of all cached images.</summary>
    public long CachedBytes => Interlocked.Read(ref _bytes);

    /// <summary>
    /// Returns a decoded image, from the cache if it is there. The image is downscaled to the largest size that is needed, the input size times the maximum
    /// scale; a smaller image keeps its size. The pixels are the same whether the image was cached or not.
    /// </summary>
    /// <exception cref="ImageException">The file cannot be read or decoded.</exception>
    /// <exception cref="DatasetException">The size of the image differs from the annotated one.</exception>
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
                $"is {width} x {height}, but annotated as {source.Width} x {source.Height}: correct the annotations, because their boxes would be misplaced");
    }
}
