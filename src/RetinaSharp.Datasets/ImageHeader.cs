namespace RetinaSharp.Datasets;

/// <summary>What the header of an image file says, read without decoding the picture.</summary>
/// <param name="Format">The format.</param>
/// <param name="Width">Width in pixels as stored, at least 1.</param>
/// <param name="Height">Height in pixels as stored, at least 1.</param>
/// <param name="Orientation">
/// EXIF orientation, 1 to 8; 1, "as stored", where the file has none or a value that is not defined.
/// </param>
public sealed record ImageHeader(ImageFormat Format, int Width, int Height, int Orientation)
{
    /// <summary>Width in pixels after EXIF orientation.</summary>
    public int OrientedWidth => IsTransposed ? Height : Width;

    /// <summary>Height in pixels after EXIF orientation.</summary>
    public int OrientedHeight => IsTransposed ? Width : Height;

    // Orientations 5 to 8 turn the picture by a quarter.
    private bool IsTransposed => Orientation >= 5;

    /// <summary>Reads the header of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DatasetException">The file cannot be read, is truncated in its header, or is no image of a known format.</exception>
    public static ImageHeader Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Read(stream, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, "", $"cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the header of an image that begins at the stream's position.</summary>
    /// <param name="stream">The stream; its position afterwards is undefined.</param>
    /// <param name="name">Its name in errors.</param>
    /// <exception cref="DatasetException">The data are truncated in the header, or no image of a known format.</exception>
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
                : throw reader.Corrupt($"the header says {header.Width} x {header.Height} pixels");
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
        DataFiles.RefuseLfsPointer(reader.Name, start);
        throw new DatasetException(reader.Name, "", start.IsEmpty ? "the file is empty" : "is no JPEG, PNG, WebP, BMP or TIFF image");
    }
}
