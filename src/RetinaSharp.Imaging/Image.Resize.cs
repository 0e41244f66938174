namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>
    /// The image in another size, by antialiased bilinear resampling with pixel centers at (i + 0.5): <c>antialias=True</c> of torchvision, <c>BILINEAR</c>
    /// of Pillow. In whole numbers: the same on every machine.
    /// </summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    public Image Resize(int width, int height)
    {
        CheckSize(width, height);
        if ((width, height) == (Width, Height))
            return this;
        var result = new Image(width, height, NewPixels(width, height));
        ResizeInto(result._pixels, width * Channels, width, height);
        return result;
    }

    /// <summary>As <see cref="Resize"/>, but into memory of the caller, such as one image's place in a batch.</summary>
    /// <param name="destination">Where the pixels go, from the first row's first byte; bytes between rows are left alone.</param>
    /// <param name="stride">Bytes from one row to the next in <paramref name="destination"/>, at least 3 · width.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    public void ResizeInto(Span<byte> destination, int stride, int width, int height)
    {
        PixelRows.Check(destination, stride, width, height);
        if ((width, height) == (Width, Height))
        {
            for (var y = 0; y < height; y++)
                _pixels.AsSpan(y * width * Channels, width * Channels).CopyTo(destination[(y * stride)..]);
            return;
        }
        ResizeInto(destination, stride, width, height, 0, 0, Width, Height);
    }

    /// <summary>As <see cref="ResizeInto(Span{byte}, int, int, int)"/>, of a part of the image alone; what surrounds it has no influence.</summary>
    /// <param name="destination">Where the pixels go, from the first row's first byte; bytes between rows are left alone.</param>
    /// <param name="stride">Bytes from one row to the next in <paramref name="destination"/>, at least 3 · width.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="x">Left side of the part, from 0.</param>
    /// <param name="y">Its upper side, from 0.</param>
    /// <param name="partWidth">Width of the part in pixels, at least 1; it ends within the image.</param>
    /// <param name="partHeight">Its height.</param>
    public void ResizeInto(Span<byte> destination, int stride, int width, int height, int x, int y, int partWidth, int partHeight)
    {
        PixelRows.Check(destination, stride, width, height);
        if (x < 0 || y < 0 || partWidth < 1 || partHeight < 1 || x > Width - partWidth || y > Height - partHeight)
            throw new ArgumentOutOfRangeException(nameof(x), $"{partWidth} x {partHeight} pixels from ({x}, {y}) are no part of {Width} x {Height}");
        var stored = Width * Channels;
        Resampler.Resize(_pixels.AsSpan((y * stored) + (x * Channels)), Channels, stored, partWidth, partHeight, destination, stride, width, height);
    }
}
