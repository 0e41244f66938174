using System.Buffers.Binary;

namespace RetinaSharp.Datasets.Files;

/// <summary>Checks whether an image file is complete, without decoding it: by its last bytes, or by the length that its header gives.</summary>
internal static class ImageTail
{
    private const int Length = 64, HeaderLength = 8;

    /// <summary>
    /// Returns whether a file has the end or the length of a complete file. A JPEG file may have other data after the image, so that false only means that
    /// the file has to be decoded. TIFF files count as complete.
    /// </summary>
    public static bool IsComplete(ImageFile file, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => DataFiles.ReadEnd(file, Length).AsSpan().TrimEnd((byte)0).EndsWith((ReadOnlySpan<byte>)[0xFF, 0xD9]),
        ImageFormat.Png => DataFiles.ReadEnd(file, Length).AsSpan().IndexOf("IEND"u8) >= 0,
        // RIFF: the length after the first eight bytes.
        ImageFormat.WebP => file.Length >= HeaderLength + (long)BinaryPrimitives.ReadUInt32LittleEndian(DataFiles.ReadStart(file, HeaderLength).AsSpan(4)),
        _ => true,
    };
}
