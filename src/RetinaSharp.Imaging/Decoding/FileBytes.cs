namespace RetinaSharp.Imaging.Decoding;

/// <summary>The bytes of a file. Reading past their end gives zeros, so that a short header becomes a size of zero and is refused.</summary>
internal readonly ref struct FileBytes(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Length => _bytes.Length;

    public byte this[long at] => (ulong)at < (ulong)_bytes.Length ? _bytes[(int)at] : (byte)0;

    /// <summary>A whole number of up to eight bytes, the first of which counts most.</summary>
    public ulong BigEndian(long at, int count)
    {
        var value = 0ul;
        for (var i = 0; i < count; i++)
            value = value << 8 | this[at + i];
        return value;
    }

    /// <summary>A whole number of up to eight bytes, the last of which counts most.</summary>
    public ulong LittleEndian(long at, int count)
    {
        var value = 0ul;
        for (var i = count - 1; i >= 0; i--)
            value = value << 8 | this[at + i];
        return value;
    }

    /// <summary>Whether these bytes stand there.</summary>
    public bool Has(long at, ReadOnlySpan<byte> expected) => (ulong)at <= (ulong)_bytes.Length && _bytes[(int)at..].StartsWith(expected);

    /// <summary>A part, as far as the file reaches.</summary>
    public FileBytes Part(long at, ulong count)
    {
        var begin = (int)Math.Clamp(at, 0, _bytes.Length);
        return new(_bytes.Slice(begin, (int)Math.Min(count, (ulong)(_bytes.Length - begin))));
    }

    /// <summary>Where a byte comes next, or the length.</summary>
    public int Find(int at, byte value)
    {
        if (at >= _bytes.Length)
            return _bytes.Length;
        var found = _bytes[at..].IndexOf(value);
        return found < 0 ? _bytes.Length : at + found;
    }
}
