using System.Buffers.Binary;

namespace RetinaSharp.Datasets.Headers;

/// <summary>The entries of a TIFF image file directory (IFD), 12 bytes each; EXIF data has the same structure.</summary>
internal readonly ref struct TiffDirectory(ReadOnlySpan<byte> entries, bool littleEndian)
{
    private const int EntrySize = 12, ShortType = 3, LongType = 4;

    private readonly ReadOnlySpan<byte> _entries = entries;

    /// <summary>
    /// Returns the first value of the entry with a tag; null if there is no such entry or its type is neither SHORT nor LONG.
    /// </summary>
    public uint? Find(int tag)
    {
        for (var rest = _entries; rest.Length >= EntrySize; rest = rest[EntrySize..])
        {
            if (UInt16(rest) != tag)
                continue;
            return UInt16(rest[2..]) switch
            {
                ShortType => UInt16(rest[8..]),
                LongType => littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]) : BinaryPrimitives.ReadUInt32BigEndian(rest[8..]),
                _ => null,
            };
        }

        return null;
    }

    private ushort UInt16(ReadOnlySpan<byte> bytes) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
