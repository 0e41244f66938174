using System.IO.Compression;
using System.IO.Hashing;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>An entry of a ZIP archive that torch.save wrote: stored, not compressed, so that it takes no more bytes than the file has.</summary>
internal sealed class StoredEntry
{
    private const int ChunkBytes = 1 << 20;

    private readonly FileBytes _file;
    private readonly ZipArchiveEntry _entry;

    /// <summary>Looks at what the archive's list says of the entry.</summary>
    /// <exception cref="WeightsException">It is compressed or encrypted, or larger than the file.</exception>
    public StoredEntry(FileBytes file, ZipArchiveEntry entry)
    {
        (_file, _entry, Shown) = (file, entry, SafetensorsHeaderParser.Show(entry.FullName));
        if (entry.IsEncrypted || entry.CompressedLength != entry.Length)
            throw Damaged(file, $"the entry '{Shown}' is compressed or encrypted, which torch.save never does: save it again with PyTorch");
        if (entry.Length < 0 || entry.Length > file.Length)
            throw Damaged(file, $"the entry '{Shown}' lies outside of it");
    }

    /// <summary>Its name, for messages.</summary>
    public string Shown { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length => _entry.Length;

    /// <summary>
    /// Reads some of its bytes. All of them are read and held against their checksum, which ZipArchive does not do: nearly every tensor is
    /// the whole of its storage. Not side by side with other entries.
    /// </summary>
    /// <param name="offset">The first byte, from 0; the caller has held both against <see cref="Length"/>.</param>
    /// <param name="length">Their number.</param>
    /// <exception cref="WeightsException">They do not match the checksum, or cannot be read.</exception>
    public byte[] Read(long offset, int length) => Guard(_file, $"the entry '{Shown}' lies outside of it, or is damaged", () =>
    {
        var bytes = new byte[length];
        var chunk = new byte[Math.Min(ChunkBytes, Length)];
        var crc = new Crc32();
        using var stream = _entry.Open();
        for (var at = 0L; at < Length;)
        {
            var read = stream.Read(chunk, 0, (int)Math.Min(chunk.Length, Length - at));
            if (read == 0)
                throw new InvalidDataException("it is cut short");
            crc.Append(chunk.AsSpan(0, read));
            var (first, end) = (Math.Max(offset, at), Math.Min(offset + length, at + read));
            if (first < end)
                chunk.AsSpan((int)(first - at), (int)(end - first)).CopyTo(bytes.AsSpan((int)(first - offset)));
            at += read;
        }

        return crc.GetCurrentHashAsUInt32() == _entry.Crc32
            ? bytes
            : throw new WeightsException(_file.Path, $"'{Shown}' in it does not match its checksum (CRC-32); the file is damaged, get it again");
    });

    /// <summary>Calls ZipArchive, whose exceptions name no file.</summary>
    /// <exception cref="WeightsException">It throws.</exception>
    public static T Guard<T>(FileBytes file, string reason, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is InvalidDataException or IOException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw Damaged(file, $"{reason} ({error.Message.TrimEnd('.')})", error);
        }
    }

    /// <summary>What to tell of an archive that is none.</summary>
    public static WeightsException Damaged(FileBytes file, string reason, Exception? error = null) =>
        new(file.Path, $"as a ZIP archive of PyTorch it is damaged: {reason}; get or save it again", error);
}
