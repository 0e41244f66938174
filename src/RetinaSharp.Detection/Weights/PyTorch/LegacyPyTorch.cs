using System.Buffers.Binary;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// Reads files that torch.save wrote before PyTorch 1.6. Such a file starts with five pickles: a magic number, a version, system information, the saved
/// object and the storage keys. The storages follow, each preceded by its number of elements.
/// </summary>
internal static class LegacyPyTorch
{
    private const int Version = 1001;

    /// <summary>First bytes of a file in this format: the pickled magic number.</summary>
    public static ReadOnlySpan<byte> Start => [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    /// <summary>Unpickles the saved object, and locates the storages in the file.</summary>
    /// <returns>The saved object.</returns>
    /// <exception cref="WeightsException">The file is corrupt, or uses an unsupported feature.</exception>
    public static object? Read(FileBytes file)
    {
        var start = Start.Length;
        var reader = new PickleReader(file.Path, "its pickle", file.Read(start, (int)Math.Min(file.Length - start, PyTorchFile.MaxPickleBytes)));
        if (PickleMachine.Unpickle(reader, NoStorage) is not long version || version != Version)
            throw reader.CreateException($"has a version other than {Version}");
        if (PickleMachine.Unpickle(reader, NoStorage) is Dictionary<string, object?> machine && machine.GetValueOrDefault("little_endian") is false)
            throw new WeightsException(file.Path, "was written on a machine with big-endian byte order; load it and save it again with PyTorch on this machine");
        var storages = new Dictionary<string, PyTorchStorage>(StringComparer.Ordinal);
        var root = PickleMachine.Unpickle(reader, FindStorage);
        if (PickleMachine.Unpickle(reader, NoStorage) is not List<object?> keys)
            throw reader.CreateException("has no list of storages");
        LocateStorages(file, keys, storages, start + reader.Position, reader);
        return root;

        PyTorchStorage FindStorage(string key, SafetensorsType type, long count)
        {
            if (!storages.TryGetValue(key, out var storage))
                storages.Add(key, storage = new(key, type, count) { Read = (_, _) => throw new InvalidOperationException("the storage has not been located yet") });
            if (storage.Length > file.Length)
                throw reader.CreateException($"refers to the storage '{SafetensorsHeaderParser.Show(key)}' of {storage.Length} bytes, which exceeds the file,");
            return storage.Type == type && storage.Count == count ? storage : throw reader.CreateException($"describes the storage '{SafetensorsHeaderParser.Show(key)}' in two ways,");
        }

        PyTorchStorage NoStorage(string key, SafetensorsType type, long count) => throw reader.CreateException("refers to a storage where none is allowed");
    }

    private static void LocateStorages(FileBytes file, List<object?> keys, Dictionary<string, PyTorchStorage> storages, long at, PickleReader reader)
    {
        var missing = storages.Keys.ToHashSet(StringComparer.Ordinal);
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        foreach (var key in keys)
        {
            if (key is not string name || !missing.Remove(name))
                throw reader.CreateException("lists a storage twice, or one that no tensor uses,");
            var storage = storages[name];
            if (file.Length - at < prefix.Length || storage.Length > file.Length - at - prefix.Length)
                throw new WeightsException(file.Path, $"ends within the storage '{SafetensorsHeaderParser.Show(name)}' of {storage.Length} bytes at byte {at}: it is cut short, download it again");
            file.ReadAt(at, prefix);
            if (BinaryPrimitives.ReadInt64LittleEndian(prefix) is var count && count != storage.Count)
                throw new WeightsException(file.Path, $"at byte {at} the storage '{SafetensorsHeaderParser.Show(name)}' has {count} elements, where its tensors say {storage.Count}; the file is corrupt, download it again");
            var start = at + prefix.Length;
            storage.Read = (offset, length) => file.Read(start + offset, length);
            at = start + storage.Length;
        }

        if (missing.FirstOrDefault() is { } lost)
            throw reader.CreateException($"does not list the storage '{SafetensorsHeaderParser.Show(lost)}',");
    }
}
