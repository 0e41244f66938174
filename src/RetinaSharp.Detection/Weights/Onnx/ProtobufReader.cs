using System.Text;

namespace RetinaSharp.Detection.Weights.Onnx;

/// <summary>
/// Reads the fields of a Protocol Buffers message in a file, without a schema and without reading the contents of fields that the caller does not ask for.
/// The format is that of https://protobuf.dev/programming-guides/encoding. Every length is checked against the message before it is used.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="range">The bytes of the message in the file.</param>
internal sealed class ProtobufReader(FileBytes file, ByteRange range)
{
    private const int MaxVarintBytes = 10;
    private const int BufferBytes = 512;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _bufferStart, _bufferEnd;
    private long _position = range.Start;
    private int _wireType;

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Whether the current field has a length: it is a string, bytes, a message or packed numbers.</summary>
    public bool HasLength => _wireType == 2;

    /// <summary>Moves to the next field, whose value the caller must read or skip.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="WeightsException">The message is corrupt.</exception>
    public bool MoveNext()
    {
        if (_position == range.End)
            return false;
        var tag = ReadVarint();
        (Field, _wireType) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        return Field > 0 ? true : throw Corrupt("a field has the number 0");
    }

    /// <summary>Reads an integer.</summary>
    public long ReadInteger() => _wireType == 0 ? (long)ReadVarint() : throw Corrupt($"field {Field} is no integer");

    /// <summary>Reads an fp32 number.</summary>
    public float ReadSingle()
    {
        if (_wireType != 5)
            throw Corrupt($"field {Field} is no fp32 number");
        var bits = 0u;
        for (var shift = 0; shift < 32; shift += 8)
            bits |= (uint)ReadByte() << shift;
        return BitConverter.UInt32BitsToSingle(bits);
    }

    /// <summary>Returns where the contents of a string, bytes, a message or packed numbers are, and moves behind them.</summary>
    public ByteRange ReadRange()
    {
        if (!HasLength)
            throw Corrupt($"field {Field} has no length");
        var length = ReadVarint();
        if (length > (ulong)(range.End - _position))
            throw Corrupt($"field {Field} would take {length} bytes, of which {range.End - _position} are left");
        var contents = new ByteRange(_position, _position + (long)length);
        _position = contents.End;
        return contents;
    }

    /// <summary>Reads a string of at most <paramref name="maxBytes"/> bytes.</summary>
    public string ReadString(int maxBytes)
    {
        var contents = ReadRange();
        return contents.Length <= maxBytes
            ? Encoding.UTF8.GetString(file.Read(contents.Start, (int)contents.Length))
            : throw Corrupt($"the string in field {Field} takes {contents.Length} bytes, of at most {maxBytes}");
    }

    /// <summary>Reads integers: one, or packed ones.</summary>
    /// <param name="values">Receives the integers.</param>
    /// <param name="maxCount">Maximum number of integers in <paramref name="values"/>.</param>
    public void ReadIntegers(List<long> values, int maxCount)
    {
        if (!HasLength)
        {
            Add(ReadInteger());
            return;
        }

        var contents = ReadRange();
        var packed = new ProtobufReader(file, contents);
        while (packed._position < contents.End)
            Add((long)packed.ReadVarint());

        void Add(long value)
        {
            if (values.Count == maxCount)
                throw Corrupt($"field {Field} has more than {maxCount} integers");
            values.Add(value);
        }
    }

    /// <summary>Skips the value of the current field.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case 0: ReadVarint(); break;
            case 1: Advance(sizeof(long)); break;
            case 2: ReadRange(); break;
            case 5: Advance(sizeof(int)); break;
            default: throw Corrupt($"field {Field} has the unknown type {_wireType}");
        }
    }

    private ulong ReadVarint()
    {
        var value = 0ul;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            var part = ReadByte();
            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part < 0x80)
                return value;
        }

        throw Corrupt("an integer has more than 10 bytes");
    }

    private byte ReadByte()
    {
        if (_position == range.End)
            throw Corrupt("a message is cut short");
        if (_position < _bufferStart || _position >= _bufferEnd)
        {
            var count = (int)Math.Min(BufferBytes, range.End - _position);
            file.ReadAt(_position, _buffer.AsSpan(0, count));
            (_bufferStart, _bufferEnd) = (_position, _position + count);
        }

        return _buffer[_position++ - _bufferStart];
    }

    private void Advance(int bytes) => _position = bytes <= range.End - _position ? _position + bytes : throw Corrupt("a message is cut short");

    private WeightsException Corrupt(string reason) =>
        new(file.Path, $"{reason}, at byte {_position}; the file is corrupt or not an ONNX model, download or export it again");
}
