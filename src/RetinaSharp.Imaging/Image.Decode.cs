using System.Buffers;
using RetinaSharp.Imaging.Decoding;

namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>
    /// Decodes a JPEG, PNG, WebP, BMP or TIFF file and applies its EXIF orientation (values other than 1 to 8 are ignored). Grayscale,
    /// palette and CMYK images are converted to RGB, 16-bit channels to 8 bits, and alpha is dropped. Color profiles are not applied.
    /// </summary>
    /// <param name="bytes">The complete file.</param>
    /// <param name="options">Size limit and scaling; <see cref="ImageDecodeOptions.Default"/> if null.</param>
    /// <exception cref="ImageException">The data is not an image of these formats, is too large, corrupt or truncated.</exception>
    /// <exception cref="ImagingUnavailableException">Skia cannot be loaded.</exception>
    public static Image Decode(ReadOnlySpan<byte> bytes, ImageDecodeOptions? options = null) =>
        Decode(bytes, options ?? ImageDecodeOptions.Default, "");

    /// <summary>Reads and decodes an image file, see <see cref="Decode(ReadOnlySpan{byte}, ImageDecodeOptions?)"/>.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">Size limit and scaling; <see cref="ImageDecodeOptions.Default"/> if null.</param>
    /// <exception cref="ImageException">
    /// The file cannot be read, is not an image of these formats, is too large, corrupt or truncated.
    /// </exception>
    /// <exception cref="ImagingUnavailableException">Skia cannot be loaded.</exception>
    public static Image Load(string path, ImageDecodeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[]? buffer = null;
        try
        {
            var bytes = ReadAll(path, ref buffer);
            return Decode(bytes, options ?? ImageDecodeOptions.Default, path);
        }
        // NotSupportedException: a pipe has no length.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ImageException(path, $"cannot be read: {e.Message}", e);
        }
        finally
        {
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a stream to its end and decodes it, see <see cref="Decode(ReadOnlySpan{byte}, ImageDecodeOptions?)"/>.</summary>
    /// <param name="stream">The stream, read from its current position; it is not closed.</param>
    /// <param name="options">Size limit and scaling; <see cref="ImageDecodeOptions.Default"/> if null.</param>
    /// <exception cref="ImageException">
    /// The stream cannot be read, or its data is not an image of these formats, is too large, corrupt or truncated. The message names the
    /// file of a <see cref="FileStream"/>, otherwise "the stream".
    /// </exception>
    /// <exception cref="ImagingUnavailableException">Skia cannot be loaded.</exception>
    public static Image Load(Stream stream, ImageDecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(stream, stream is FileStream file ? file.Name : "the stream", options);
    }

    /// <summary>Reads a stream to its end and decodes it, see <see cref="Decode(ReadOnlySpan{byte}, ImageDecodeOptions?)"/>.</summary>
    /// <param name="stream">The stream, read from its current position; it is not closed.</param>
    /// <param name="name">Name of the image for error messages.</param>
    /// <param name="options">Size limit and scaling; <see cref="ImageDecodeOptions.Default"/> if null.</param>
    /// <exception cref="ImageException">The stream cannot be read, or its data is not an image of these formats, is too large, corrupt or truncated.</exception>
    /// <exception cref="ImagingUnavailableException">Skia cannot be loaded.</exception>
    public static Image Load(Stream stream, string name, ImageDecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        byte[]? buffer = null;
        try
        {
            var bytes = stream.CanSeek ? ReadAll(stream, name, ref buffer) : Copy(stream);
            return Decode(bytes, options ?? ImageDecodeOptions.Default, name);
        }
        catch (IOException e)
        {
            throw new ImageException(name, $"cannot be read: {e.Message}", e);
        }
        finally
        {
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A loader reads many files of similar size; pooling keeps them off the large object heap.
    private static ReadOnlySpan<byte> ReadAll(string path, ref byte[]? buffer)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var size = RandomAccess.GetLength(file);
        if (size > Array.MaxLength)
            throw new ImageException(path, $"has {size} bytes, too many for an image");
        buffer = ArrayPool<byte>.Shared.Rent((int)size);
        var read = 0;
        while (read < size)
        {
            var count = RandomAccess.Read(file, buffer.AsSpan(read, (int)size - read), read);
            if (count == 0)
                break;
            read += count;
        }
        return buffer.AsSpan(0, read);
    }

    private static ReadOnlySpan<byte> ReadAll(Stream stream, string name, ref byte[]? buffer)
    {
        var size = Math.Max(0, stream.Length - stream.Position);
        if (size > Array.MaxLength)
            throw new ImageException(name, $"has {size} bytes, too many for an image");
        buffer = ArrayPool<byte>.Shared.Rent((int)size);
        return buffer.AsSpan(0, stream.ReadAtLeast(buffer.AsSpan(0, (int)size), (int)size, throwOnEndOfStream: false));
    }

    private static ReadOnlySpan<byte> Copy(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
    }

    private static Image Decode(ReadOnlySpan<byte> bytes, ImageDecodeOptions options, string file)
    {
        if (options.MaxPixels < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxPixels, "the pixel limit must be at least 1");
        if (bytes.IsEmpty)
            throw new ImageException(file, "is empty");
        if (bytes.StartsWith("version https://git-lfs.github.com/spec/"u8))
            throw new ImageException(file, "is a Git LFS pointer instead of the image: run `git lfs pull` in its repository");
        var scan = ImageScan.Read(bytes);
        Check(scan, options.MaxPixels, file);
        try
        {
            if (scan.Format == ImageFormat.Tiff)
            {
                using var tiff = TiffDecoder.Decode(bytes, scan);
                return Finish(tiff, scan.Orientation, Target(tiff.Width, tiff.Height, scan.Orientation, options));
            }

            var target = Target((int)scan.Width, (int)scan.Height, scan.Orientation, options);
            using var pixels = SkiaDecoder.Decode(bytes, scan, scan.Format == ImageFormat.Jpeg ? Reduction(scan, target) : 1);
            return Finish(pixels, scan.Orientation, target);
        }
        catch (ImageException e) when (e.File.Length == 0 && file.Length > 0)
        {
            throw new ImageException(file, e.Reason, e.InnerException);
        }
    }

    private static void Check(ImageScan scan, long maxPixels, string file)
    {
        if (scan.Format == ImageFormat.Unknown)
            throw new ImageException(file, "is not JPEG, PNG, WebP, BMP or TIFF");
        if (scan.Width == 0 || scan.Height == 0)
            throw new ImageException(file, "is corrupt: its header gives no width and height");
        if (scan.Width > (ulong)maxPixels / scan.Height)
            throw new ImageException(file, $"has {scan.Width} x {scan.Height} pixels, more than the limit of {maxPixels}");
        if (Math.Max(scan.Width, scan.Height) > ImageDecodeOptions.MaxSide)
            throw new ImageException(file, $"has {scan.Width} x {scan.Height} pixels, more than the limit of {ImageDecodeOptions.MaxSide} on a side");
        if (scan.Defect is not null)
            throw new ImageException(file, scan.Defect);
        // One array holds it. Pixels of eight bytes are RGBA with 16 bits.
        var segmentLimit = (ulong)Math.Min(maxPixels, Array.MaxLength / 8) * 8;
        if (scan.SegmentBytes > segmentLimit)
        {
            throw new ImageException(
                file, $"has strips or tiles of {scan.SegmentBytes} bytes when decoded, more than the limit of {segmentLimit}: convert it to smaller strips or tiles");
        }
    }

    // Returns the requested size, before EXIF orientation.
    private static (int Width, int Height) Target(int width, int height, int orientation, ImageDecodeOptions options)
    {
        if (options.ScaleTo is null)
            return (width, height);
        var isTransposed = ExifOrientation.IsTransposed(orientation);
        var size = isTransposed ? options.ScaleTo(height, width) : options.ScaleTo(width, height);
        CheckSize(size.Width, size.Height);
        return isTransposed ? (size.Height, size.Width) : size;
    }

    // Returns the factor by which the width and height of a JPEG are divided in decoding.
    private static int Reduction(ImageScan scan, (int Width, int Height) target)
    {
        var reduction = 8;
        while (reduction > 1 && ((int)scan.Width / reduction < target.Width || (int)scan.Height / reduction < target.Height))
            reduction /= 2;
        return reduction;
    }

    // Scales directly from the decoder's memory, then applies the orientation.
    private static Image Finish(RgbaPixels decoded, int orientation, (int Width, int Height) target)
    {
        var image = new Image(target.Width, target.Height, NewPixels(target.Width, target.Height));
        if (target == (decoded.Width, decoded.Height))
            decoded.CopyTo(image._pixels);
        else
        {
            Resampler.Apply(
                decoded.Bytes, RgbaPixels.BytesPerPixel, decoded.Width * RgbaPixels.BytesPerPixel, ResamplingWeights.Bilinear(decoded.Width, target.Width),
                ResamplingWeights.Bilinear(decoded.Height, target.Height), image._pixels, target.Width * Channels);
        }

        return image.Upright(orientation);
    }

    private Image Upright(int orientation)
    {
        if (orientation == 1)
            return this;
        var (width, height) = ExifOrientation.IsTransposed(orientation) ? (Height, Width) : (Width, Height);
        var result = new Image(width, height, NewPixels(width, height));
        ExifOrientation.MakeUpright(_pixels, Width, Height, orientation, result._pixels);
        return result;
    }
}
