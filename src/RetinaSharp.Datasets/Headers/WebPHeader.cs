using System.Buffers.Binary;

namespace RetinaSharp.Datasets.Headers;

/// <summary>
/// Reads the image size from the first chunk of a WebP file, and the orientation from its EXIF chunk if the extended header (VP8X)
/// announces one.
/// </summary>
internal static class WebPHeader
{
    private const byte ExifFlag = 8;

    public static ImageHeader Read(HeaderReader reader)
    {
        reader.Skip(12);
        var type = reader.Bytes(4);
        var length = reader.UInt32(littleEndian: true);
        var begin = reader.Position;
        var head = reader.Bytes(10);
        if (type.AsSpan().SequenceEqual("VP8 "u8))
        {
            if (!head.AsSpan(3).StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
                throw reader.Corrupt("the key frame start code is missing");
            return new(ImageFormat.WebP, Low14(head.AsSpan(6)), Low14(head.AsSpan(8)), 1);
        }

        if (type.AsSpan().SequenceEqual("VP8L"u8))
        {
            if (head[0] != 0x2F)
                throw reader.Corrupt("the lossless signature is missing");
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(1));
            return new(ImageFormat.WebP, (int)(bits & 0x3FFF) + 1, (int)(bits >> 14 & 0x3FFF) + 1, 1);
        }

        if (!type.AsSpan().SequenceEqual("VP8X"u8))
            throw reader.Corrupt("the first chunk is not image data");
        int width = Low24(head.AsSpan(4)) + 1, height = Low24(head.AsSpan(7)) + 1;
        if ((head[0] & ExifFlag) == 0)
            return new(ImageFormat.WebP, width, height, 1);

        while (true)
        {
            // Chunks are padded to an even length.
            reader.Seek(begin + length + (length & 1));
            type = reader.Bytes(4);
            length = reader.UInt32(littleEndian: true);
            begin = reader.Position;
            if (type.AsSpan().SequenceEqual("EXIF"u8))
                return new(ImageFormat.WebP, width, height, Exif.Orientation(reader.Bytes((int)Math.Min(length, int.MaxValue))) ?? 1);
        }
    }

    private static int Low14(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes) & 0x3FFF;

    private static int Low24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
