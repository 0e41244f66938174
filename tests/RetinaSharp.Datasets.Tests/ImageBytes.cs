using System.Buffers.Binary;
using System.Text;

namespace RetinaSharp.Datasets.Tests;

/// <summary>Builds minimal image files, headers only, from the format specifications.</summary>
internal static class ImageBytes
{
    public static byte[] Jpeg(int width, int height, int? orientation = null, bool littleEndian = true)
    {
        List<byte> bytes = [0xFF, 0xD8, 0xFF, 0xE0, 0, 7, .. "JFIF\0"u8];
        if (orientation is { } value)
        {
            byte[] exif = [.. "Exif\0\0"u8, .. Tiff([(274, 3, (uint)value)], littleEndian)];
            bytes.AddRange([0xFF, 0xE1, .. Big16(exif.Length + 2), .. exif]);
        }

        // Fill bytes before a marker are allowed; then progressive SOF2 with one component.
        bytes.AddRange([0xFF, 0xFF, 0xC2, 0, 11, 8, .. Big16(height), .. Big16(width), 1, 1, 0x11, 0, 0xFF, 0xDA]);
        return [.. bytes];
    }

    public static byte[] Png(int width, int height, int? orientation = null)
    {
        byte[] exif = orientation is { } value ? Chunk("eXIf", Tiff([(274, 3, (uint)value)], littleEndian: false)) : [];
        return [0x89, .. "PNG\r\n\x1A\n"u8, .. Chunk("IHDR", [.. Big32(width), .. Big32(height), 8, 2, 0, 0, 0]), .. exif, .. Chunk("IDAT", [])];
    }

    public static byte[] WebPLossy(int width, int height) =>
        RiffWebP(RiffChunk("VP8 ", [0, 0, 0, 0x9D, 0x01, 0x2A, .. Little16(width), .. Little16(height)]));

    public static byte[] WebPLossless(int width, int height) =>
        RiffWebP(RiffChunk("VP8L", [0x2F, .. Little32((width - 1) | (height - 1) << 14), 0, 0, 0, 0, 0]));

    public static byte[] WebPExtended(int width, int height, int orientation) => RiffWebP([
        .. RiffChunk("VP8X", [8, 0, 0, 0, .. Little32(width - 1)[..3], .. Little32(height - 1)[..3]]),
        .. RiffChunk("ALPH", [1, 2, 3]),
        .. RiffChunk("EXIF", Tiff([(274, 3, (uint)orientation)], littleEndian: true))]);

    public static byte[] Bmp(int width, int height) =>
        [.. "BM"u8, .. new byte[12], .. Little32(40), .. Little32(width), .. Little32(height)];

    public static byte[] OldBmp(int width, int height) =>
        [.. "BM"u8, .. new byte[12], .. Little32(12), .. Little16(width), .. Little16(height)];

    /// <summary>A TIFF image file directory at byte 8; EXIF data has the same structure.</summary>
    public static byte[] Tiff((int Tag, int Type, uint Value)[] entries, bool littleEndian)
    {
        var bytes = new byte[10 + 12 * entries.Length];
        Encoding.ASCII.GetBytes(littleEndian ? "II*\0" : "MM\0*").CopyTo(bytes, 0);
        Put32(bytes, 4, 8);
        Put16(bytes, 8, entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            var at = 10 + 12 * i;
            Put16(bytes, at, entries[i].Tag);
            Put16(bytes, at + 2, entries[i].Type);
            Put32(bytes, at + 4, 1);
            if (entries[i].Type == 3)
                Put16(bytes, at + 8, (int)entries[i].Value);
            else
                Put32(bytes, at + 8, entries[i].Value);
        }

        return bytes;

        void Put16(byte[] target, int at, int value)
        {
            if (littleEndian)
                BinaryPrimitives.WriteUInt16LittleEndian(target.AsSpan(at), (ushort)value);
            else
                BinaryPrimitives.WriteUInt16BigEndian(target.AsSpan(at), (ushort)value);
        }

        void Put32(byte[] target, int at, uint value)
        {
            if (littleEndian)
                BinaryPrimitives.WriteUInt32LittleEndian(target.AsSpan(at), value);
            else
                BinaryPrimitives.WriteUInt32BigEndian(target.AsSpan(at), value);
        }
    }

    private static byte[] Chunk(string type, byte[] data) => [.. Big32(data.Length), .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];

    private static byte[] RiffChunk(string type, byte[] data) =>
        [.. Encoding.ASCII.GetBytes(type), .. Little32(data.Length), .. data, .. new byte[data.Length & 1]];

    private static byte[] RiffWebP(byte[] chunks) => [.. "RIFF"u8, .. Little32(chunks.Length + 4), .. "WEBP"u8, .. chunks];

    private static byte[] Big16(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Big32(int value) => [.. Big16(value >> 16), .. Big16(value)];

    private static byte[] Little16(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Little32(int value) => [.. Little16(value), .. Little16(value >> 16)];
}
