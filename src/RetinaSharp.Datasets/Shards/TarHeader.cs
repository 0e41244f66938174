using System.Text;

namespace RetinaSharp.Datasets.Shards;

/// <summary>
/// A header of a tar archive (POSIX.1-1988 "ustar" and GNU tar): 512 bytes before the data of each entry. Unlike <see cref="System.Formats.Tar.TarReader"/>, it
/// allocates nothing that a corrupt archive determines, and it tells where an entry is.
/// </summary>
/// <param name="Name">Name of the entry, with forward slashes.</param>
/// <param name="Size">Number of bytes of its data.</param>
/// <param name="Type">Its type flag.</param>
internal readonly record struct TarHeader(string Name, long Size, byte Type)
{
    /// <summary>Number of bytes of a header, and of the blocks to which data is padded.</summary>
    public const int BlockSize = 512;

    private const int NameLength = 100, SizeStart = 124, SizeLength = 12, ChecksumStart = 148, ChecksumLength = 8, TypeStart = 156, MagicStart = 257, PrefixStart = 345, PrefixLength = 155;

    /// <summary>Whether the entry is a file with data.</summary>
    public bool IsFile => Type is 0 or (byte)'0' or (byte)'7';

    /// <summary>Number of bytes of data that follow the header. Links, devices and folders have none, whatever their header says.</summary>
    public long DataSize => Type is >= (byte)'1' and <= (byte)'6' ? 0 : Size;

    /// <summary>Returns a number of bytes rounded up to whole blocks.</summary>
    public static long Pad(long size) => (size + BlockSize - 1) / BlockSize * BlockSize;

    /// <summary>Parses a header. Returns false if the checksum or a number is wrong.</summary>
    /// <param name="block">The 512 bytes, not all of them 0: such a block is the end of an archive.</param>
    /// <param name="header">Receives the header.</param>
    public static bool TryParse(ReadOnlySpan<byte> block, out TarHeader header)
    {
        header = default;
        if (!TryParseNumber(block.Slice(ChecksumStart, ChecksumLength), out var checksum) || checksum != ComputeChecksum(block)
            || !TryParseNumber(block.Slice(SizeStart, SizeLength), out var size))
            return false;
        var name = Text(block[..NameLength]);
        // GNU tar has "ustar " there, and other fields in place of the prefix.
        if (block[MagicStart..].StartsWith("ustar\0"u8) && Text(block.Slice(PrefixStart, PrefixLength)) is { Length: > 0 } prefix)
            name = $"{prefix}/{name}";
        header = new(name, size, block[TypeStart]);
        return true;
    }

    /// <summary>
    /// Returns whether the header can be that of an entry with a name. Names that are long or not ASCII are in an entry before, and cut or replaced in the header.
    /// </summary>
    public bool CanBeOf(ReadOnlySpan<char> name) => name.SequenceEqual(Name) || name.Length > NameLength || !Ascii.IsValid(name);

    /// <summary>Returns text up to the first 0. Bytes that are not UTF-8 are replaced.</summary>
    public static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    private static long ComputeChecksum(ReadOnlySpan<byte> block)
    {
        // The sum of all bytes, with spaces in place of the checksum.
        var sum = 0L;
        for (var i = 0; i < BlockSize; i++)
            sum += i is >= ChecksumStart and < ChecksumStart + ChecksumLength ? ' ' : block[i];
        return sum;
    }

    /// <summary>Parses an octal number between spaces and zeros; or a big-endian binary one, which GNU tar writes for sizes of 8 GiB and more.</summary>
    private static bool TryParseNumber(ReadOnlySpan<byte> field, out long number)
    {
        number = 0;
        if (field[0] == 0x80)
        {
            foreach (var part in field[1..])
            {
                if (number > long.MaxValue >> 8)
                    return false;
                number = number << 8 | part;
            }

            return true;
        }

        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return false;
            number = number << 3 | (uint)(digit - '0');
        }

        return true;
    }
}
