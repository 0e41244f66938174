using System.Buffers.Binary;
using System.Text;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>Reads primitive values, such as integers and strings, from the bytes of one or more consecutive pickles.</summary>
/// <param name="path">Path of the file, for messages.</param>
/// <param name="part">Name, for messages, of the part of the file that the bytes come from.</param>
/// <param name="bytes">The bytes.</param>
internal sealed class PickleReader(string path, string part, byte[] bytes)
{
    private const int MaxNameBytes = 1024;

    /// <summary>Path of the file.</summary>
    public string Path => path;

    /// <summary>Number of bytes that have been read.</summary>
    public int Position { get; private set; }

    public byte Byte() => Take(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Reads a double, which pickle stores in big-endian order.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>Reads a length byte, then a little-endian two's-complement integer of that many bytes (0 to 8).</summary>
    public long Long()
    {
        var length = Byte();
        if (length > sizeof(long))
            throw CreateException($"has an integer of {length} bytes");
        var number = Take(length);
        var value = 0L;
        for (var i = length - 1; i >= 0; i--)
            value = i == length - 1 ? (sbyte)number[i] : (value << 8) | number[i];
        return value;
    }

    /// <summary>Reads a UTF-8 string of the given number of bytes.</summary>
    public string Text(long length)
    {
        if (length < 0 || length > bytes.Length - Position)
            throw CreateException($"ends within a string of {length} bytes");
        return Encoding.UTF8.GetString(Take((int)length));
    }

    /// <summary>Reads a UTF-8 string up to the next line feed.</summary>
    public string Line()
    {
        var rest = bytes.AsSpan(Position);
        var length = rest[..Math.Min(rest.Length, MaxNameBytes)].IndexOf((byte)'\n');
        if (length < 0)
            throw CreateException($"has a name longer than {MaxNameBytes} bytes");
        var line = Text(length);
        Position++;
        return line;
    }

    /// <summary>Creates the exception for malformed data at the current position.</summary>
    public WeightsException CreateException(string reason) =>
        new(path, $"{part} {reason} at byte {Position}; the file is corrupt or was not written by torch.save: download or save it again. No code from the file was executed");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > bytes.Length - Position)
            throw CreateException("ends too early");
        Position += count;
        return bytes.AsSpan(Position - count, count);
    }
}
