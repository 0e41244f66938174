using RetinaSharp.Datasets.Files;
using RetinaSharp.Datasets.Headers;

namespace RetinaSharp.Datasets;

/// <summary>Format, size and orientation of an image, read from the file header without decoding the pixels.</summary>
/// <param name="Format">The file format.</param>
/// <param name="Width">Width in pixels before EXIF orientation, at least 1.</param>
/// <param name="Height">Height in pixels before EXIF orientation, at least 1.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 (no rotation) if the file has none or an undefined value.</param>
public sealed record ImageHeader(ImageFormat Format, int Width, int Height, int Orientation)
{
    /// <summary>Width in pixels after EXIF orientation.</summary>
    public int OrientedWidth => IsTransposed ? Height : Width;

    /// <summary>Height in pixels after EXIF orientation.</summary>
    public int OrientedHeight => IsTransposed ? Width : Height;

    // Orientations 5 to 8 rotate by 90 degrees.
    private bool IsTransposed => Orientation >= 5;

    /// <summary>Reads the header of an image file.</summary>
    /// <param name="file">The file, or its path.</param>
    /// <exception cref="DatasetException">
    /// The file cannot be read, its header is truncated, or it is not an image of a supported format.
    /// </exception>
    public static ImageHeader Read(ImageFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentException.ThrowIfNullOrEmpty(file.Path, nameof(file));
        try
        {
            using var stream = file.OpenRead();
            return Read(stream, file.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(file.Path, "", $"cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the header of an image from a stream, from its current position.</summary>
    /// <param name="stream">The stream; its position afterwards is undefined.</param>
    /// <param name="name">Name of the image for error messages.</param>
    /// <exception cref="DatasetException">The header is truncated, or the data is not an image of a supported format.</exception>
    public static ImageHeader Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        if (!stream.CanSeek)
        {
            var copy = new MemoryStream();
            stream.CopyTo(copy);
            copy.Position = 0;
            stream = copy;
        }

        var reader = new HeaderReader(stream, name);
        try
        {
            var header = Parse(reader);
            return header.Width > 0 && header.Height > 0
                ? header
                : throw reader.Corrupt($"the header gives {header.Width} x {header.Height} pixels");
        }
        catch (EndOfStreamException exception)
        {
            throw new DatasetException(name, $"byte {stream.Length}", "the file ends within the image header: it is truncated", exception);
        }
    }

    private static ImageHeader Parse(HeaderReader reader)
    {
        Span<byte> start = stackalloc byte[40];
        start = start[..reader.Peek(start)];
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return JpegHeader.Read(reader);
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            return PngHeader.Read(reader);
        if (start.StartsWith("RIFF"u8) && start.Length >= 12 && start[8..].StartsWith("WEBP"u8))
            return WebPHeader.Read(reader);
        if (start.StartsWith("BM"u8))
            return BmpHeader.Read(reader);
        if (start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8))
            return TiffHeader.Read(reader);
        DataFiles.ThrowIfLfsPointer(reader.Name, start);
        throw new DatasetException(reader.Name, "", start.IsEmpty ? "the file is empty" : "is not a JPEG, PNG, WebP, BMP or TIFF image");
    }
}
