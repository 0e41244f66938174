using System.Buffers.Binary;

namespace RetinaSharp.Datasets.Headers;

/// <summary>Reads the EXIF orientation of an image. Malformed EXIF data is ignored, because the image itself is usable.</summary>
internal static class Exif
{
    private const int OrientationTag = 274;

    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>
    /// Returns the orientation in an EXIF block, 1 to 8; 1 if the data is malformed or has no valid orientation. Returns null only if
    /// <paramref name="needsPrefix"/> is set and the block does not start with <c>Exif\0\0</c>.
    /// </summary>
    public static int? Orientation(ReadOnlySpan<byte> block, bool needsPrefix = false)
    {
        if (block.StartsWith(Prefix))
            block = block[Prefix.Length..];
        else if (needsPrefix)
            return null;

        var littleEndian = block.StartsWith("II*\0"u8);
        if ((!littleEndian && !block.StartsWith("MM\0*"u8)) || block.Length < 8)
            return 1;
        var at = littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(block[4..]) : BinaryPrimitives.ReadUInt32BigEndian(block[4..]);
        if (at > block.Length - 2)
            return 1;
        block = block[(int)at..];
        var count = littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(block) : BinaryPrimitives.ReadUInt16BigEndian(block);
        block = block[2..];
        return Valid(new TiffDirectory(block[..Math.Min(block.Length, 12 * count)], littleEndian).Find(OrientationTag));
    }

    /// <summary>Returns an orientation from 1 to 8 unchanged, and 1 for any other value.</summary>
    public static int Valid(uint? orientation) => orientation is >= 1 and <= 8 ? (int)orientation.Value : 1;
}
