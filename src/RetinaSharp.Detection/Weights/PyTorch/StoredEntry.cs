using System.IO.Compression;
using System.IO.Hashing;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>An entry of a ZIP archive written by torch.save. It must be stored without compression, so that its size cannot exceed the file's.</summary>
internal sealed class StoredEntry
{
    private const int ChunkBytes = 1 << 20;

    private readonly FileBytes _file;
    private readonly ZipArchiveEntry _entry;

    /// <summary>Creates and validates an entry from the archive's central directory.</summary>
    /// <exception cref="WeightsException">The entry is compressed, encrypted or larger than the file.</exception>
    public StoredEntry(FileBytes file, ZipArchiveEntry entry)
    {
        (_file, _entry, DisplayName) = (file, entry, SafetensorsHeaderParser.Show(entry.FullName));
        if (entry.IsEncrypted || entry.CompressedLength != entry.Length)
            throw CreateCorruptException(file, $"the entry '{DisplayName}' is compressed or encrypted, which torch.save never does: save it again with PyTorch");
        if (entry.Length < 0 || entry.Length > file.Length)
            throw CreateCorruptException(file, $"the entry '{DisplayName}' lies outside of it");
    }

    /// <summary>Name of the entry in a form that is safe for messages.</summary>
    public string DisplayName { get; }

    /// <summary>Length of the entry in bytes.</summary>
    public long Length => _entry.Length;

    /// <summary>
    /// Reads a range of the entry. The whole entry is read to verify its CRC-32, which ZipArchive does not check; nearly every tensor
    /// covers its whole storage anyway. Not thread-safe: entries share the archive's stream.
    /// </summary>
    /// <param name="offset">Offset of the first byte. The caller has checked the range against <see cref="Length"/>.</param>
    /// <param name="length">Number of bytes.</param>
    /// <exception cref="WeightsException">The checksum does not match, or the entry cannot be read.</exception>
    public byte[] Read(long offset, int length) => Guard(_file, $"the entry '{DisplayName}' lies outside of it, or is corrupt", () =>
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
            : throw new WeightsException(_file.Path, $"'{DisplayName}' in it does not match its checksum (CRC-32); the file is corrupt, download it again");
    });

    /// <summary>Runs code that calls ZipArchive, and converts its exceptions into ones that name the file.</summary>
    /// <exception cref="WeightsException">ZipArchive reported an error.</exception>
    public static T Guard<T>(FileBytes file, string reason, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is InvalidDataException or IOException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw CreateCorruptException(file, $"{reason} ({error.Message.TrimEnd('.')})", error);
        }
    }

    /// <summary>Creates the exception for a corrupt archive.</summary>
    public static WeightsException CreateCorruptException(FileBytes file, string reason, Exception? error = null) =>
        new(file.Path, $"it is not a valid ZIP archive of PyTorch: {reason}; download or save it again", error);
}
