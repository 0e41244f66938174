using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Images scaled and padded for the network, without augmentation. Disposing it gives its memory to a later batch: spans
/// taken from it must not be used after that.
/// </summary>
internal sealed class ImageBatch : IDisposable
{
    private readonly BufferPool<PixelBuffer> _pool;
    private PixelBuffer? _buffer;

    private ImageBatch(PaddedSize size, ImageGeometry[] images, PixelBuffer buffer, BufferPool<PixelBuffer> pool) =>
        (Height, Width, Images, _buffer, _pool) = (size.Height, size.Width, images, buffer, pool);

    /// <summary>N: images in the batch.</summary>
    public int Count => Images.Count;

    /// <summary>Height with padding, a multiple of 32.</summary>
    public int Height { get; }

    /// <summary>Width with padding, a multiple of 32.</summary>
    public int Width { get; }

    /// <summary>Sizes of the images without padding, and of the originals.</summary>
    public IReadOnlyList<ImageGeometry> Images { get; }

    /// <summary>[N, height, width, 3], RGB; padding is 0.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlySpan<byte> Pixels => (_buffer ?? throw new ObjectDisposedException(nameof(ImageBatch))).Pixels;

    /// <summary>Makes a batch of decoded images.</summary>
    /// <param name="images">The images at full size, 1 or more.</param>
    /// <param name="size">Size that they are scaled to.</param>
    /// <param name="pool">Where the memory comes from.</param>
    public static ImageBatch Create(IReadOnlyList<Image> images, InputSize size, BufferPool<PixelBuffer> pool) =>
        Create([.. images.Select(image => size.Fit(image.Width, image.Height))], i => images[i], pool);

    /// <summary>Makes a batch of images that are read one after the other.</summary>
    /// <param name="geometries">Size of each image.</param>
    /// <param name="read">Gives the image of a number, at any size.</param>
    /// <param name="pool">Where the memory comes from.</param>
    public static ImageBatch Create(ImageGeometry[] geometries, Func<int, Image> read, BufferPool<PixelBuffer> pool) =>
        Create(geometries, (i, pixels, stride) => read(i).ResizeInto(pixels, stride, geometries[i].Width, geometries[i].Height), pool);

    /// <summary>Makes a batch of views of images.</summary>
    /// <param name="views">The views, each with its image.</param>
    /// <param name="pool">Where the memory comes from.</param>
    public static ImageBatch Create(IReadOnlyList<(ImageView View, Image Image)> views, BufferPool<PixelBuffer> pool) =>
        Create([.. views.Select(one => one.View.Geometry)], (i, pixels, stride) => views[i].View.Write(views[i].Image, pixels, stride), pool);

    private static ImageBatch Create(ImageGeometry[] geometries, Action<int, Span<byte>, int> write, BufferPool<PixelBuffer> pool)
    {
        var size = PaddedSize.Around([.. geometries.Select(image => (image.Width, image.Height))]);
        var buffer = pool.Rent();
        try
        {
            buffer.Reset(size);
            for (var i = 0; i < geometries.Length; i++)
                write(i, buffer[i], size.Stride);
            return new(size, geometries, buffer, pool);
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
