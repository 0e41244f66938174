using Microsoft.Win32.SafeHandles;

namespace RetinaSharp.Datasets.Shards;

/// <summary>Reads the data of one entry of a tar shard at its offset, without reading anything before it.</summary>
internal sealed class ShardEntryStream : Stream
{
    private readonly SafeFileHandle _shard;
    private readonly ShardEntry _entry;
    private long _position;

    private ShardEntryStream(SafeFileHandle shard, ShardEntry entry) => (_shard, _entry) = (shard, entry);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _entry.Length;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new IOException("the position is before the start of the entry");
    }

    /// <summary>Opens an entry, after a check that the shard has it at its offset: an index may be that of another shard.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="path">Path of the shard followed by the name of the entry.</param>
    /// <exception cref="IOException">The shard cannot be opened, or does not have the entry.</exception>
    public static ShardEntryStream Open(ShardEntry entry, string path)
    {
        var shard = File.OpenHandle(entry.Shard);
        try
        {
            Span<byte> block = stackalloc byte[TarHeader.BlockSize];
            var (start, length) = (entry.Offset - TarHeader.BlockSize, RandomAccess.GetLength(shard));
            if (length - entry.Offset < entry.Length || RandomAccess.Read(shard, block, start) < block.Length)
                throw new IOException($"the shard ends at byte {length}, but the entry at byte {entry.Offset + entry.Length}: the shard is truncated; copy it again");
            if (!TarHeader.TryParse(block, out var header) || !header.IsFile || header.Size != entry.Length || !header.CanBeOf(path.AsSpan(Math.Min(path.Length, entry.Shard.Length + 1))))
                throw new IOException($"the shard does not have this entry at byte {start}: the index is that of other shards, or the shard is corrupt; copy shards and index again");
            return new(shard, entry);
        }
        catch
        {
            shard.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Math.Max(0, _entry.Length - _position));
        if (count == 0)
            return 0;
        var read = RandomAccess.Read(_shard, buffer[..count], _entry.Offset + _position);
        // The shard was long enough when it was opened.
        if (read == 0)
            throw new EndOfStreamException("the shard became shorter while it was read: copy it again");
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => Length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _shard.Dispose();
        base.Dispose(disposing);
    }
}
