using System.Security.Cryptography;

namespace RetinaSharp.OnnxRuntime;

/// <summary>Computes the SHA-256 of the graph in an ONNX file: of the bytes of the message's field 7 in the wire format of protobuf.</summary>
internal static class GraphChecksum
{
    private const int GraphField = 7;
    private const int BufferBytes = 1 << 16;

    /// <summary>Computes the checksum of a file's graph.</summary>
    /// <param name="path">An ONNX file.</param>
    /// <returns>Hexadecimal digits; null if the file has no graph, or is no protobuf message.</returns>
    public static string? Compute(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
        while (ReadNumber(file) is { } tag)
        {
            var (field, wireType) = (tag >> 3, tag & 7);
            if (wireType == 0 && ReadNumber(file) is not null)
                continue;
            if (wireType != 2 || ReadNumber(file) is not { } length || length > file.Length - file.Position)
                return null;
            if (field == GraphField)
                return Hash(file, length);
            file.Seek(length, SeekOrigin.Current);
        }

        return null;
    }

    private static string Hash(FileStream file, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        while (length > 0 && file.Read(buffer, 0, (int)Math.Min(length, buffer.Length)) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            length -= read;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // A varint: seven bits per byte, the lowest first; the last byte has no eighth bit.
    private static long? ReadNumber(FileStream file)
    {
        var number = 0L;
        for (var shift = 0; shift < 63; shift += 7)
        {
            if (file.ReadByte() is not (>= 0 and var next))
                return null;
            number |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }

        return null;
    }
}
