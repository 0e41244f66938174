namespace RetinaSharp.Datasets.Files;

/// <summary>Checks the last bytes of image files, which tell whether a file is complete.</summary>
internal static class ImageTail
{
    private const int Length = 64;

    /// <summary>
    /// Returns whether the last bytes of a JPEG or PNG file are those of a complete file. A JPEG file may have other data after the image, so that
    /// false only means that the file has to be decoded. Files of other formats count as complete.
    /// </summary>
    public static bool IsComplete(string path, ImageFormat format)
    {
        if (format is not (ImageFormat.Jpeg or ImageFormat.Png))
            return true;
        var tail = DataFiles.ReadEnd(path, Length).AsSpan();
        return format == ImageFormat.Png
            ? tail.IndexOf("IEND"u8) >= 0
            : tail.TrimEnd((byte)0).EndsWith((ReadOnlySpan<byte>)[0xFF, 0xD9]);
    }
}
