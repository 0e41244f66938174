namespace RetinaSharp.Imaging.Decoding;

/// <summary>
/// The bytes of an image file. Reads beyond the end give 0, so that a truncated header gives an image size of 0, which is rejected.
/// </summary>
internal readonly ref struct FileBytes(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Length => _bytes.Length;

    public byte this[long at] => (ulong)at < (ulong)_bytes.Length ? _bytes[(int)at] : (byte)0;

    /// <summary>Reads a big-endian unsigned integer of up to eight bytes.</summary>
    public ulong BigEndian(long at, int count)
    {
        var value = 0ul;
        for (var i = 0; i < count; i++)
            value = value << 8 | this[at + i];
        return value;
    }

    /// <summary>Reads a little-endian unsigned integer of up to eight bytes.</summary>
    public ulong LittleEndian(long at, int count)
    {
        var value = 0ul;
        for (var i = count - 1; i >= 0; i--)
            value = value << 8 | this[at + i];
        return value;
    }

    /// <summary>Returns whether the file has the expected bytes at an offset.</summary>
    public bool Has(long at, ReadOnlySpan<byte> expected) => (ulong)at <= (ulong)_bytes.Length && _bytes[(int)at..].StartsWith(expected);

    /// <summary>Returns a slice of the file, without the part of the slice that is beyond the end.</summary>
    public FileBytes Slice(long at, ulong count)
    {
        var begin = (int)Math.Clamp(at, 0, _bytes.Length);
        return new(_bytes.Slice(begin, (int)Math.Min(count, (ulong)(_bytes.Length - begin))));
    }

    /// <summary>Returns the offset of the next occurrence of a byte, or the length of the file.</summary>
    public int Find(int at, byte value)
    {
        if (at >= _bytes.Length)
            return _bytes.Length;
        var found = _bytes[at..].IndexOf(value);
        return found < 0 ? _bytes.Length : at + found;
    }
}
