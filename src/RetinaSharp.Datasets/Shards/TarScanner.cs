using System.Globalization;
using Microsoft.Win32.SafeHandles;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Shards;

/// <summary>
/// Lists the files of a tar archive by its headers; the data between them is not read. Reads archives of GNU tar, Python and .NET, with long names in either of
/// their forms (GNU "L", POSIX.1-2001 "pax"). The archive is not trusted: whatever it says, memory is bounded by its own length.
/// </summary>
internal sealed class TarScanner
{
    // A name has at most 4096 bytes on Linux; a header of attributes has a few more.
    private const int MaxHeaderData = 1 << 20;

    // Two blocks of zeros end an archive. GNU tar and Python pad it to 10 KiB with further ones, other tools to more.
    private const int EndBytes = 2 * TarHeader.BlockSize, MaxPadding = 1 << 20;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _length;

    private TarScanner(string path, SafeFileHandle file) => (_path, _file, _length) = (path, file, RandomAccess.GetLength(file));

    /// <summary>Returns the files of an archive, in its order.</summary>
    /// <param name="path">Path of the archive.</param>
    /// <exception cref="DatasetException">The archive cannot be read, is truncated or corrupt, goes on after its end, or has a name that leads out of its folder.</exception>
    public static List<TarEntry> Scan(string path) => DataFiles.Guard(path, _ =>
    {
        using var file = File.OpenHandle(path);
        return new TarScanner(path, file).Scan();
    });

    private List<TarEntry> Scan()
    {
        var entries = new List<TarEntry>();
        var block = new byte[TarHeader.BlockSize];
        string? longName = null;
        long? longSize = null;
        var position = 0L;
        while (true)
        {
            if (_length - position < block.Length)
                throw Fail(position, _length == 0 ? "the shard is empty: copy it again" : "the shard has no end mark: it is truncated; copy it again");
            Read(block, position);
            if (block.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                CheckEnd(position);
                return entries;
            }

            if (!TarHeader.TryParse(block, out var header))
                throw Fail(position, position == 0 ? "is not a tar archive, or a compressed one: unpack .tar.gz first" : "the header of the next entry is corrupt: copy the shard again");
            var start = position + block.Length;
            var size = header.IsFile && longSize is { } known ? known : header.DataSize;
            if (size > _length - start)
                throw Fail(position, $"\"{header.Name}\" has {size} bytes, and the shard ends at byte {_length}: it is truncated; copy it again");
            switch (header.Type)
            {
                case (byte)'L':
                    longName = TarHeader.Text(HeaderData(header, start));
                    break;
                case (byte)'x':
                    ReadAttributes(HeaderData(header, start), position, ref longName, ref longSize);
                    break;
                case (byte)'g' or (byte)'K':
                    break;
                default:
                    if (header.IsFile)
                        entries.Add(new(CheckName(longName ?? header.Name, position), start, size));
                    (longName, longSize) = (null, null);
                    break;
            }

            position = start + TarHeader.Pad(size);
        }
    }

    /// <summary>
    /// Checks that only padding follows a block of zeros, of which the second one may be missing. A download that was interrupted may have the length of the whole, and zeros
    /// where samples are missing.
    /// </summary>
    private void CheckEnd(long position)
    {
        const string Remedy = "a download was interrupted, or archives were joined as files: copy the shard again, or join archives with tar --concatenate";
        var left = _length - position;
        if (left > EndBytes + MaxPadding)
            throw Fail(position, $"the entries end here, and {left} more bytes follow: {Remedy}");
        var end = new byte[(int)left];
        Read(end, position);
        if (end.AsSpan().IndexOfAnyExcept((byte)0) is >= 0 and var data)
            throw Fail(position + data, $"data follow a block of zeros, which ends the entries: {Remedy}");
    }

    private ReadOnlySpan<byte> HeaderData(TarHeader header, long start)
    {
        if (header.Size > MaxHeaderData)
            throw Fail(start - TarHeader.BlockSize, $"a header of names has {header.Size} bytes, more than {MaxHeaderData}: the shard is corrupt; copy it again");
        var data = new byte[(int)header.Size];
        Read(data, start);
        return data;
    }

    /// <summary>Reads the attributes "path" and "size" from records "LENGTH NAME=VALUE\n".</summary>
    private void ReadAttributes(ReadOnlySpan<byte> records, long position, ref string? name, ref long? size)
    {
        while (records.Length > 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= space + 1 || length > records.Length)
                throw Fail(position, "its extended header is corrupt: copy the shard again");
            var record = records[(space + 1)..length].TrimEnd((byte)'\n');
            if (record.StartsWith("path="u8))
                name = TarHeader.Text(record[5..]);
            if (record.StartsWith("size="u8))
                size = long.TryParse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw Fail(position, "its extended header has an invalid size: copy the shard again");
            records = records[length..];
        }
    }

    // Entries are never extracted, but their names become those of files if the dataset is converted.
    private string CheckName(string name, long position)
    {
        var parts = name.Split('/', '\\');
        if (name.Length == 0 || parts[0].Length == 0 || parts[0].EndsWith(':') || parts.Contains("..") || name.Any(char.IsControl))
            throw Fail(position, $"\"{name}\" is not a relative path inside of the shard: do not use a shard of unknown origin; otherwise pack it again");
        return name;
    }

    private void Read(Span<byte> bytes, long position)
    {
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(_file, bytes, position);
            if (count == 0)
                throw Fail(position, "the shard became shorter while it was read: copy it again");
            bytes = bytes[count..];
            position += count;
        }
    }

    private DatasetException Fail(long position, string reason) => new(_path, string.Create(CultureInfo.InvariantCulture, $"byte {position}"), reason);
}
