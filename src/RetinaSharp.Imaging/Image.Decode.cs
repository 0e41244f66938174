using System.Buffers;
using RetinaSharp.Imaging.Native;

namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>
    /// Decodes JPEG, PNG, WebP, BMP or TIFF and turns it upright by its EXIF orientation (a value outside 1 to 8 means upright).
    /// Grey and palette images become RGB, alpha is dropped, 16 bits become 8, CMYK becomes RGB.
    /// </summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="options">Size limit and reduction; <see cref="ImageDecodeOptions.Default"/> if left out.</param>
    /// <exception cref="ImageException">Not an image of these formats, too large, damaged, or cut off.</exception>
    /// <exception cref="VisionUnavailableException">The native library cannot be loaded.</exception>
    public static Image Decode(ReadOnlySpan<byte> bytes, ImageDecodeOptions? options = null) =>
        Decode(bytes, options ?? ImageDecodeOptions.Default, "");

    /// <summary>Reads and decodes an image file; as <see cref="Decode(ReadOnlySpan{byte}, ImageDecodeOptions?)"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Size limit and reduction; <see cref="ImageDecodeOptions.Default"/> if left out.</param>
    /// <exception cref="ImageException">
    /// The file cannot be read, or is not an image of these formats, too large, damaged, or cut off.
    /// </exception>
    /// <exception cref="VisionUnavailableException">The native library cannot be loaded.</exception>
    public static Image Load(string path, ImageDecodeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[]? buffer = null;
        try
        {
            var bytes = ReadAll(path, ref buffer);
            return Decode(bytes, options ?? ImageDecodeOptions.Default, path);
        }
        // The last: a pipe, of which nobody knows the length.
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

    /// <summary>Reads a stream to its end and decodes it; as <see cref="Decode(ReadOnlySpan{byte}, ImageDecodeOptions?)"/>.</summary>
    /// <param name="stream">The stream, from where it stands; it is not closed.</param>
    /// <param name="options">Size limit and reduction; <see cref="ImageDecodeOptions.Default"/> if left out.</param>
    /// <exception cref="ImageException">
    /// The stream cannot be read, or holds no image of these formats, one too large, damaged, or cut off. It is named "the stream",
    /// or by its file where it is a <see cref="FileStream"/>.
    /// </exception>
    /// <exception cref="VisionUnavailableException">The native library cannot be loaded.</exception>
    public static Image Load(Stream stream, ImageDecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var name = stream is FileStream file ? file.Name : "the stream";
        using var bytes = new MemoryStream();
        try
        {
            stream.CopyTo(bytes);
        }
        catch (IOException e)
        {
            throw new ImageException(name, $"cannot be read: {e.Message}", e);
        }
        return Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), options ?? ImageDecodeOptions.Default, name);
    }

    // A loader reads many files of much the same size; the pool keeps them off the large object heap.
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

    private static unsafe Image Decode(ReadOnlySpan<byte> bytes, ImageDecodeOptions options, string file)
    {
        if (options.Reduction is not (1 or 2 or 4 or 8))
            throw new ArgumentOutOfRangeException(nameof(options), options.Reduction, "the reduction must be 1, 2, 4 or 8");
        if (options.MaxPixels < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxPixels, "the pixel limit must be at least 1");
        if (bytes.IsEmpty)
            throw new ImageException(file, "is empty");
        if (bytes.StartsWith("version https://git-lfs.github.com/spec/"u8))
            throw new ImageException(file, "is a Git LFS pointer, not the image itself: run `git lfs pull` in its repository");

        DecodedImageHandle handle;
        int status, width, height;
        fixed (byte* data = bytes)
            status = NativeMethods.Decode(data, bytes.Length, options.Reduction, options.MaxPixels, out handle, out width, out height);
        using (handle)
        {
            NativeStatus.Check(status, file);
            if (options.ScaleTo is { } scale)
                (width, height) = scale(width, height);
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
            if (ByteCount(width, height) > Array.MaxLength)
                throw new ImageException(file, $"has {width} x {height} pixels, which do not fit in one array");
            var image = new Image(width, height, NewPixels(width, height));
            fixed (byte* rgb = image._pixels)
                NativeStatus.Check(NativeMethods.ImageCopy(handle, rgb, width, height, image.Stride), file);
            return image;
        }
    }
}
