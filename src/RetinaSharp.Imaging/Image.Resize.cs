namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>
    /// Resizes the image by antialiased bilinear resampling with pixel centers at (i + 0.5), like torchvision with <c>antialias=True</c>
    /// and Pillow's <c>BILINEAR</c>. The computation uses integers, so the result is the same on every machine.
    /// </summary>
    /// <param name="width">New width in pixels, at least 1.</param>
    /// <param name="height">New height in pixels, at least 1.</param>
    public Image Resize(int width, int height)
    {
        CheckSize(width, height);
        if ((width, height) == (Width, Height))
            return this;
        var result = new Image(width, height, NewPixels(width, height));
        ResizeInto(result._pixels, width * Channels, width, height);
        return result;
    }

    /// <summary>
    /// Resizes the image into memory of the caller, such as the part of a batch that belongs to the image; see <see cref="Resize"/>.
    /// </summary>
    /// <param name="destination">
    /// Receives the RGB pixels, starting at the first byte of the first row; bytes between rows are not modified.
    /// </param>
    /// <param name="stride">Number of bytes from one row of <paramref name="destination"/> to the next, at least 3 · width.</param>
    /// <param name="width">New width in pixels, at least 1.</param>
    /// <param name="height">New height in pixels, at least 1.</param>
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

    /// <summary>Copies a crop of the image.</summary>
    /// <param name="x">Left edge of the crop in pixels, 0 or more.</param>
    /// <param name="y">Top edge of the crop in pixels, 0 or more.</param>
    /// <param name="width">Width of the crop in pixels, at least 1; the crop must be inside the image.</param>
    /// <param name="height">Height of the crop in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty or not inside the image.</exception>
    public Image Crop(int x, int y, int width, int height)
    {
        RequireInside(x, y, width, height);
        var result = new Image(width, height, NewPixels(width, height));
        for (var row = 0; row < height; row++)
            _pixels.AsSpan((((y + row) * Width) + x) * Channels, width * Channels).CopyTo(result._pixels.AsSpan(row * width * Channels));
        return result;
    }

    /// <summary>
    /// Resizes a crop of the image into memory of the caller. Pixels outside of the crop have no influence on the result. See
    /// <see cref="Resize"/>.
    /// </summary>
    /// <param name="destination">
    /// Receives the RGB pixels, starting at the first byte of the first row; bytes between rows are not modified.
    /// </param>
    /// <param name="stride">Number of bytes from one row of <paramref name="destination"/> to the next, at least 3 · width.</param>
    /// <param name="width">New width in pixels, at least 1.</param>
    /// <param name="height">New height in pixels, at least 1.</param>
    /// <param name="x">Left edge of the crop in pixels, 0 or more.</param>
    /// <param name="y">Top edge of the crop in pixels, 0 or more.</param>
    /// <param name="cropWidth">Width of the crop in pixels, at least 1; the crop must be inside the image.</param>
    /// <param name="cropHeight">Height of the crop in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty or not inside the image, or a size is less than 1.</exception>
    public void ResizeInto(Span<byte> destination, int stride, int width, int height, int x, int y, int cropWidth, int cropHeight)
    {
        PixelRows.Check(destination, stride, width, height);
        RequireInside(x, y, cropWidth, cropHeight);
        var stored = Width * Channels;
        Resampler.Apply(
            _pixels.AsSpan((y * stored) + (x * Channels)), Channels, stored, ResamplingWeights.Bilinear(cropWidth, width), ResamplingWeights.Bilinear(cropHeight, height), destination, stride);
    }

    /// <summary>
    /// Resizes the image and writes a crop of the result into memory of the caller. Gives the same pixels as <see cref="Resize"/> followed by
    /// <see cref="Crop"/>, but computes only those of the crop.
    /// </summary>
    /// <param name="destination">
    /// Receives the RGB pixels of the crop, starting at the first byte of the first row; bytes between rows are not modified.
    /// </param>
    /// <param name="stride">Number of bytes from one row of <paramref name="destination"/> to the next, at least 3 · cropWidth.</param>
    /// <param name="width">Width of the whole resized image in pixels, at least 1.</param>
    /// <param name="height">Height of the whole resized image in pixels, at least 1.</param>
    /// <param name="x">Left edge of the crop in pixels of the resized image, 0 or more.</param>
    /// <param name="y">Top edge of the crop in pixels of the resized image, 0 or more.</param>
    /// <param name="cropWidth">Width of the crop in pixels, at least 1; the crop must be inside the resized image.</param>
    /// <param name="cropHeight">Height of the crop in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty or not inside the resized image.</exception>
    public void ResizeAndCropInto(Span<byte> destination, int stride, int width, int height, int x, int y, int cropWidth, int cropHeight)
    {
        RequireInside(x, y, cropWidth, cropHeight, width, height);
        PixelRows.Check(destination, stride, cropWidth, cropHeight);
        if ((width, height) == (Width, Height))
        {
            for (var row = 0; row < cropHeight; row++)
                _pixels.AsSpan((((y + row) * Width) + x) * Channels, cropWidth * Channels).CopyTo(destination[(row * stride)..]);
            return;
        }

        Resampler.Apply(
            _pixels, Channels, Width * Channels, ResamplingWeights.Bilinear(Width, width).Slice(x, cropWidth), ResamplingWeights.Bilinear(Height, height).Slice(y, cropHeight),
            destination, stride);
    }

    private void RequireInside(int x, int y, int cropWidth, int cropHeight) => RequireInside(x, y, cropWidth, cropHeight, Width, Height);

    private static void RequireInside(int x, int y, int cropWidth, int cropHeight, int width, int height)
    {
        if (x < 0 || y < 0 || cropWidth < 1 || cropHeight < 1 || x > width - cropWidth || y > height - cropHeight)
            throw new ArgumentOutOfRangeException(nameof(x), $"the crop of {cropWidth} x {cropHeight} pixels at ({x}, {y}) is not inside the image of {width} x {height} pixels");
    }
}
