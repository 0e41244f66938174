using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Batching;

/// <summary>
/// A batch of images, scaled and padded for the network. Disposing the batch returns its memory to the pool; spans of the batch must not be
/// used afterwards.
/// </summary>
public sealed class ImageBatch : IDisposable
{
    private readonly BufferPool<PixelBuffer> _pool;
    private PixelBuffer? _buffer;

    private ImageBatch(PaddedSize size, ImageGeometry[] images, ImageRegion[] regions, long[] indices, PixelBuffer buffer, BufferPool<PixelBuffer> pool) =>
        (Height, Width, Images, Regions, Indices, _buffer, _pool) = (size.Height, size.Width, images, regions, indices, buffer, pool);

    /// <summary>Number of images in the batch, N.</summary>
    public int Count => Images.Count;

    /// <summary>Height of the batch in pixels, including padding; a multiple of 32.</summary>
    public int Height { get; }

    /// <summary>Width of the batch in pixels, including padding; a multiple of 32.</summary>
    public int Width { get; }

    /// <summary>
    /// For each image, its size in the batch without padding, and the size of the original image or slice before scaling.
    /// </summary>
    public IReadOnlyList<ImageGeometry> Images { get; }

    /// <summary>For each image, the region of the original image that it shows: the whole image, or a slice.</summary>
    public IReadOnlyList<ImageRegion> Regions { get; }

    /// <summary>Index of each image in the input sequence, from 0.</summary>
    public IReadOnlyList<long> Indices { get; }

    /// <summary>Pixels as uint8 [N, height, width, 3], RGB; padding is 0.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlySpan<byte> Pixels => (_buffer ?? throw new ObjectDisposedException(nameof(ImageBatch))).Pixels;

    /// <summary>Copies the pixels of an image without its padding.</summary>
    /// <param name="image">Index of the image.</param>
    /// <param name="destination">Receives the pixels as uint8 [height, width, 3], RGB.</param>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public void CopyImage(int image, Span<byte> destination)
    {
        var row = Images[image].Width * 3;
        var pixels = Pixels;
        for (var y = 0; y < Images[image].Height; y++)
            pixels.Slice(((image * Height) + y) * Width * 3, row).CopyTo(destination[(y * row)..]);
    }

    /// <summary>Creates a batch of decoded images, which are scaled and padded.</summary>
    /// <param name="images">The images, 1 or more.</param>
    /// <param name="size">Input size of the network, which determines the size that each image is scaled to.</param>
    /// <param name="pool">Pool that the memory of the batch is rented from.</param>
    /// <exception cref="InsufficientMemoryException">The batch does not fit in one array.</exception>
    public static ImageBatch Create(IReadOnlyList<Image> images, InputSize size, BufferPool<PixelBuffer> pool) =>
        Create([.. images.Select(image => size.Fit(image.Width, image.Height))], i => images[i], pool);

    /// <summary>Creates a batch of images, which are read, scaled and padded one after the other.</summary>
    /// <param name="geometries">Size of each image before and after scaling.</param>
    /// <param name="read">Reads the image with the given index in <paramref name="geometries"/>, in any resolution.</param>
    /// <param name="pool">Pool that the memory of the batch is rented from.</param>
    /// <param name="firstIndex">Index of the first image in the input sequence.</param>
    /// <exception cref="InsufficientMemoryException">The batch does not fit in one array.</exception>
    public static ImageBatch Create(ImageGeometry[] geometries, Func<int, Image> read, BufferPool<PixelBuffer> pool, long firstIndex = 0) => Create(
        geometries, [.. geometries.Select(image => new ImageRegion(0, 0, image.SourceWidth, image.SourceHeight))], [.. geometries.Select((_, i) => firstIndex + i)],
        (i, pixels, stride) => read(i).ResizeInto(pixels, stride, geometries[i].Width, geometries[i].Height), pool);

    /// <summary>Creates a batch of views of images, which are scaled, flipped if the view is, and padded.</summary>
    /// <param name="views">The views, each with its image and the index of the image in the input sequence.</param>
    /// <param name="pool">Pool that the memory of the batch is rented from.</param>
    internal static ImageBatch Create(IReadOnlyList<(ImageView View, Image Image, long Position)> views, BufferPool<PixelBuffer> pool) => Create(
        [.. views.Select(one => one.View.Geometry)], [.. views.Select(one => one.View.Region)], [.. views.Select(one => one.Position)],
        (i, pixels, stride) => views[i].View.Write(views[i].Image, pixels, stride), pool);

    private static ImageBatch Create(ImageGeometry[] geometries, ImageRegion[] regions, long[] indices, Action<int, Span<byte>, int> write, BufferPool<PixelBuffer> pool)
    {
        var size = PaddedSize.Compute([.. geometries.Select(image => (image.Width, image.Height))]);
        var buffer = pool.Rent();
        try
        {
            buffer.Reset(size);
            for (var i = 0; i < geometries.Length; i++)
                write(i, buffer[i], size.Stride);
            return new(size, geometries, regions, indices, buffer, pool);
        }
        catch
        {
            pool.Return(buffer);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            _pool.Return(buffer);
    }
}
