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
/// <param name="maxScale">
/// Maximum factor by which augmentation scales an image beyond <paramref name="size"/>; 1 without scale jitter. Infinity keeps the original size.
/// </param>
/// <param name="cacheBytes">Capacity of the cache in bytes.</param>
internal sealed class ImageStore(InputSize size, double maxScale, long cacheBytes)
{
    private readonly ConcurrentDictionary<(string Path, double MaxScale), DecodedImage> _cache = [];
    private long _bytes;

    /// <summary>Total size in bytes of the pixels of all cached images.</summary>
    public long CachedBytes => Interlocked.Read(ref _bytes);

    /// <summary>
    /// Returns a decoded image, from the cache if it is there. The image is downscaled to the largest size that is needed, the input size times the maximum
    /// scale; a smaller image keeps its size. A region of a file keeps its size, too: the file is decoded and cached in its original size, and the region is
    /// cut from it. The pixels are the same whether the image was cached or not.
    /// </summary>
    /// <exception cref="ImageException">The file cannot be read or decoded.</exception>
    /// <exception cref="DatasetException">The size of the image differs from the annotated one, or the region is not inside the image.</exception>
    public Image Read(AnnotatedImage source)
    {
        var file = ReadFile(source.File, source.Crop is null ? maxScale : double.PositiveInfinity);
        if (source.Crop is not { } crop)
        {
            return (file.Width, file.Height) == (source.Width, source.Height)
                ? file.Image
                : throw new DatasetException(source.Path, $"image {source.Id}",
                    $"is {file.Width} x {file.Height}, but annotated as {source.Width} x {source.Height}: correct the annotations, because their boxes would be misplaced");
        }

        return crop.IsInside(file.Width, file.Height)
            ? file.Image.Crop(crop.X, crop.Y, crop.Width, crop.Height)
            : throw new DatasetException(source.Path, $"image {source.Id}",
                $"is {file.Width} x {file.Height}, and the region of {crop.Width} x {crop.Height} pixels at ({crop.X}, {crop.Y}) is not inside of it");
    }

    private DecodedImage ReadFile(ImageFile source, double scale)
    {
        if (_cache.TryGetValue((source.Path, scale), out var cached))
            return cached;
        var file = DecodedImage.Load(size, scale, options => ImageDecoding.Load(source, options));
        var bytes = file.Image.Pixels.Length;
        if (Interlocked.Add(ref _bytes, bytes) > cacheBytes || !_cache.TryAdd((source.Path, scale), file))
            Interlocked.Add(ref _bytes, -bytes);
        return file;
    }
}
