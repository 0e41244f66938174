using System.Buffers.Binary;

namespace RetinaSharp.Datasets.Headers;

/// <summary>Reads the fields of an image header from a stream. Throws <see cref="EndOfStreamException"/> at the end of the data.</summary>
internal sealed class HeaderReader(Stream stream, string name)
{
    private readonly long _start = stream.Position;

    public string Name => name;

    /// <summary>Offset in bytes of the next byte to read, from the start of the image.</summary>
    public long Position => stream.Position - _start;

    /// <summary>Reads bytes without advancing the position. Returns the number of bytes that were available.</summary>
    public int Peek(Span<byte> bytes)
    {
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        stream.Position -= count;
        return count;
    }

    public byte[] Bytes(int count)
    {
        // Checked before the allocation, so that an invalid length does not allocate memory.
        if (count > stream.Length - stream.Position)
            throw new EndOfStreamException();
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public byte Byte()
    {
        var value = stream.ReadByte();
        return value < 0 ? throw new EndOfStreamException() : (byte)value;
    }

    public ushort UInt16(bool littleEndian)
    {
        Span<byte> bytes = stackalloc byte[2];
        stream.ReadExactly(bytes);
        return littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    public uint UInt32(bool littleEndian)
    {
        Span<byte> bytes = stackalloc byte[4];
        stream.ReadExactly(bytes);
        return littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    public void Skip(long count) => Seek(Position + count);

    public void Seek(long position)
    {
        if (_start + position > stream.Length)
            throw new EndOfStreamException();
        stream.Position = _start + position;
    }

    public DatasetException Corrupt(string reason) => new(name, $"byte {Position}", $"{reason}: the image is corrupt");
}
