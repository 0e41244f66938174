using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// Reads files that torch.save has written since PyTorch 1.6: ZIP archives with the pickle <c>ROOT/data.pkl</c> and one entry <c>ROOT/data/KEY</c> per
/// storage.
/// </summary>
internal sealed class PyTorchArchive : IDisposable
{
    private const string Pickle = "data.pkl";
    // Limit of the central directory. A large network with thousands of entries needs some hundred thousand bytes.
    private const int MaxListBytes = 16 << 20;
    private const int EndLength = 22;

    private readonly FileBytes _file;
    private readonly ZipArchive _archive;

    /// <summary>Reads the central directory and the pickle.</summary>
    /// <param name="file">The file, which stays open.</param>
    /// <exception cref="WeightsException">The file is corrupt, or uses an unsupported feature.</exception>
    public PyTorchArchive(FileBytes file)
    {
        _file = file;
        var stream = new FileBytesStream(file) { Remaining = MaxListBytes };
        _archive = StoredEntry.Guard(file, "its list of entries lies outside of it, or is corrupt", () => new ZipArchive(stream, ZipArchiveMode.Read));
        try
        {
            RequireListWithin(file);
            var entries = Entries();
            stream.Remaining = long.MaxValue;
            Root = Read(entries);
        }
        catch
        {
            _archive.Dispose();
            throw;
        }
    }

    /// <summary>First bytes of a file in this format: those of a ZIP archive.</summary>
    public static ReadOnlySpan<byte> Start => "PK\x03\x04"u8;

    /// <summary>The object that was saved, unpickled.</summary>
    public object? Root { get; }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();

    /// <summary>
    /// Checks that the central directory lies within the file. ZipArchive ignores the directory's length in the end record, so it might not notice a
    /// truncated file.
    /// </summary>
    private static void RequireListWithin(FileBytes file)
    {
        ReadOnlySpan<byte> end = file.Read(file.Length - EndLength, EndLength);
        // Checked only without an archive comment, which torch.save does not write, and without a ZIP64 record.
        var (signature, length, start) = (U32(end), U32(end[12..]), U32(end[16..]));
        if (signature == 0x06054B50 && length != uint.MaxValue && start != uint.MaxValue && (long)start + length > file.Length - EndLength)
            throw StoredEntry.CreateCorruptException(file, "its list of entries lies outside of it");

        static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private Dictionary<string, StoredEntry> Entries()
    {
        var entries = new Dictionary<string, StoredEntry>(StringComparer.Ordinal);
        foreach (var entry in StoredEntry.Guard(_file, "its list of entries lies outside of it, or is corrupt", () => _archive.Entries))
            if (!entries.TryAdd(entry.FullName, new(_file, entry)))
                throw new WeightsException(_file.Path, $"holds '{SafetensorsHeaderParser.Show(entry.FullName)}' twice; download or save it again");
        return entries;
    }

    private object? Read(Dictionary<string, StoredEntry> entries)
    {
        var pickles = entries.Keys.Where(name => name == Pickle || name.EndsWith('/' + Pickle)).ToList();
        if (pickles.Count != 1)
            throw new WeightsException(_file.Path, $"is a ZIP archive with {pickles.Count} entries {Pickle}, where torch.save writes one: is it a weights file?");
        var root = pickles[0][..^Pickle.Length];
        if (entries.TryGetValue(root + "byteorder", out var order) && Encoding.UTF8.GetString(Bytes(order)) != "little")
            throw new WeightsException(_file.Path, "was written on a machine with big-endian byte order; load it and save it again with PyTorch on this machine");
        if (entries.ContainsKey(root + "constants.pkl"))
            throw new WeightsException(_file.Path, "is a TorchScript program; save only its weights with PyTorch: torch.save(torch.jit.load(FILE).state_dict(), OTHER)");

        var reader = new PickleReader(_file.Path, Pickle, Bytes(entries[pickles[0]]));
        return PickleMachine.Unpickle(reader, FindStorage);

        PyTorchStorage FindStorage(string key, SafetensorsType type, long count)
        {
            var entry = entries.GetValueOrDefault($"{root}data/{key}");
            var storage = new PyTorchStorage(key, type, count) { Read = (offset, length) => entry!.Read(offset, length) };
            if (entry is null || entry.Length < storage.Length)
            {
                throw reader.CreateException($"refers to the storage '{SafetensorsHeaderParser.Show(key)}' of {storage.Length} bytes, "
                    + (entry is null ? "which does not exist," : $"which has {entry.Length},"));
            }

            return storage;
        }
    }

    private byte[] Bytes(StoredEntry entry) => entry.Length <= PyTorchFile.MaxPickleBytes
        ? entry.Read(0, (int)entry.Length)
        : throw new WeightsException(_file.Path, $"'{entry.DisplayName}' in it has {entry.Length} bytes, of at most {PyTorchFile.MaxPickleBytes}; save only the state dict");
}
