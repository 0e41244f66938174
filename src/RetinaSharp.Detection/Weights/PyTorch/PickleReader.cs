using System.Buffers.Binary;
using System.Text;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>The bytes of pickles, read one value after the other.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="part">What the bytes are of it, for messages.</param>
/// <param name="bytes">The bytes.</param>
internal sealed class PickleReader(string path, string part, byte[] bytes)
{
    private const int MaxNameBytes = 1024;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public byte Byte() => Take(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>A double, which is big-endian in pickles.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A whole number of 0 to 8 bytes in two's complement.</summary>
    public long Long()
    {
        var length = Byte();
        if (length > sizeof(long))
            throw Fault($"holds a number of {length} bytes");
        var number = Take(length);
        var value = 0L;
        for (var i = length - 1; i >= 0; i--)
            value = i == length - 1 ? (sbyte)number[i] : (value << 8) | number[i];
        return value;
    }

    /// <summary>A text of so many bytes.</summary>
    public string Text(long length)
    {
        if (length < 0 || length > bytes.Length - Position)
            throw Fault($"ends within a text of {length} bytes");
        return Encoding.UTF8.GetString(Take((int)length));
    }

    /// <summary>A text up to the end of the line.</summary>
    public string Line()
    {
        var rest = bytes.AsSpan(Position);
        var length = rest[..Math.Min(rest.Length, MaxNameBytes)].IndexOf((byte)'\n');
        if (length < 0)
            throw Fault($"has no end of a name within {MaxNameBytes} bytes");
        var line = Text(length);
        Position++;
        return line;
    }

    /// <summary>What to throw where the bytes are no good.</summary>
    public WeightsException Fault(string reason) =>
        new(path, $"{part} {reason} at byte {Position}; the file is damaged or was not written by torch.save, get or save it again. Nothing of it was executed");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > bytes.Length - Position)
            throw Fault("ends too early");
        Position += count;
        return bytes.AsSpan(Position - count, count);
    }
}
