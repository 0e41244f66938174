using System.Text;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>What torch.save writes since 1.6: a ZIP archive of a pickle, <c>ROOT/data.pkl</c>, and a storage each in <c>ROOT/data/KEY</c>.</summary>
internal static class PyTorchArchive
{
    private const string Pickle = "data.pkl";

    /// <summary>How such a file starts.</summary>
    public static ReadOnlySpan<byte> Start => "PK\x03\x04"u8;

    /// <summary>Reads the pickle.</summary>
    /// <returns>What it holds, and the entries of the storages by where they start.</returns>
    /// <exception cref="WeightsException">The file is damaged, or needs something that is not known here.</exception>
    public static (object? Root, Dictionary<long, ZipEntry> Storages) Read(FileBytes file)
    {
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        foreach (var entry in ZipDirectory.Read(file))
            if (!entries.TryAdd(entry.Name, entry))
                throw new WeightsException(file.Path, $"holds '{SafetensorsHeaderParser.Show(entry.Name)}' twice; get or save it again");
        var pickles = entries.Keys.Where(name => name == Pickle || name.EndsWith('/' + Pickle)).ToList();
        if (pickles.Count != 1)
            throw new WeightsException(file.Path, $"is a ZIP archive with {pickles.Count} entries {Pickle}, where torch.save writes one: is it a file of weights?");
        var root = pickles[0][..^Pickle.Length];
        if (entries.TryGetValue(root + "byteorder", out var order) && Encoding.UTF8.GetString(Bytes(file, order)) != "little")
            throw new WeightsException(file.Path, "was written by a machine with another order of bytes (big-endian); load and save it with PyTorch on this one");
        if (entries.ContainsKey(root + "constants.pkl"))
            throw new WeightsException(file.Path, "is a TorchScript program; save its weights alone with PyTorch: torch.save(torch.jit.load(FILE).state_dict(), OTHER)");

        var storages = new Dictionary<long, ZipEntry>();
        var reader = new PickleReader(file.Path, Pickle, Bytes(file, entries[pickles[0]]));
        return (PickleMachine.Run(reader, FindStorage), storages);

        PyTorchStorage FindStorage(string key, SafetensorsType type, long count)
        {
            var storage = new PyTorchStorage(key, type, count);
            if (!entries.TryGetValue($"{root}data/{key}", out var entry) || entry.Length < storage.Length)
            {
                throw reader.Fault($"refers to the storage '{SafetensorsHeaderParser.Show(key)}' of {storage.Length} bytes, "
                    + (entry is null ? "which is not there," : $"which has {entry.Length},"));
            }

            storage.Start = entry.Start;
            storages[entry.Start] = entry;
            return storage;
        }
    }

    private static byte[] Bytes(FileBytes file, ZipEntry entry)
    {
        if (entry.Length > PyTorchFile.MostPickleBytes)
            throw new WeightsException(file.Path, $"'{SafetensorsHeaderParser.Show(entry.Name)}' in it takes {entry.Length} bytes, of at most {PyTorchFile.MostPickleBytes}; save the state dictionary alone");
        entry.Verify(file);
        return file.Read(entry.Start, (int)entry.Length);
    }
}
