namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// A file written by torch.save (.pth) that contains a state dict, opened for reading. No code from the file is executed, and all sizes are validated when it
/// is opened.
/// </summary>
internal sealed class PyTorchFile : IWeightSource
{
    /// <summary>Maximum size of a pickle in bytes. The pickle of a detector has some ten thousand bytes.</summary>
    public const int MaxPickleBytes = 16 << 20;

    private const int TarMagic = 257;

    private readonly FileBytes _file;
    private readonly Dictionary<string, PyTorchTensor> _tensors;
    private readonly PyTorchArchive? _archive;

    private PyTorchFile(FileBytes file)
    {
        _file = file;
        object? root;
        if (StartsWith(file, 0, PyTorchArchive.Start))
            root = (_archive = new(file)).Root;
        else if (StartsWith(file, 0, LegacyPyTorch.Start))
            root = LegacyPyTorch.Read(file);
        else if (StartsWith(file, TarMagic, "ustar"u8))
            throw new WeightsException(file.Path, "is a tar archive, which PyTorch wrote before 0.1.10 and other tools write too; unpack it, or load it and save it again with PyTorch 1.6 or newer");
        else
            throw new WeightsException(file.Path, "starts like a pickle, but not one written by torch.save; save the weights with PyTorch: torch.save(model.state_dict(), FILE)");
        _tensors = StateDictionary.Find(file.Path, root);
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IEnumerable<string> Names => _tensors.Keys;

    /// <summary>
    /// Returns whether a file should be opened as a PyTorch file: it starts like a ZIP archive, a pickle or a tar archive. <see cref="Open"/> rejects those
    /// that torch.save did not write.
    /// </summary>
    public static bool Recognizes(FileBytes file) => StartsWith(file, 0, PyTorchArchive.Start) || StartsWith(file, TarMagic, "ustar"u8)
        // The header length of a safetensors file may start with the same byte; its JSON starts with '{' at byte 8.
        || (StartsWith(file, 0, [0x80]) && !StartsWith(file, 8, "{"u8));

    /// <summary>Opens a file and reads the names and shapes of its state dict. Weights are not read yet.</summary>
    /// <param name="file">The file; disposed together with the result, or if this method throws.</param>
    /// <exception cref="WeightsException">The file is corrupt, holds no state dict, or would require running Python code.</exception>
    public static PyTorchFile Open(FileBytes file)
    {
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public WeightEntry? Find(string name) => _tensors.TryGetValue(name, out var tensor) ? new(name, tensor.Storage.Type, tensor.Shape) : null;

    /// <inheritdoc/>
    public float[] ReadFp32(string name)
    {
        var shown = SafetensorsHeaderParser.Show(name);
        if (!_tensors.TryGetValue(name, out var tensor))
            throw new WeightsException(Path, $"has no tensor '{shown}' among its {_tensors.Count}; the file belongs to another architecture");
        var (storage, size) = (tensor.Storage, tensor.Storage.Type.ElementSize());
        if (!Find(name)!.IsFloating)
            throw new WeightsException(Path, $"tensor '{shown}' is {storage.Type.FormatName()}; convert it to float16, bfloat16, float32 or float64");
        if (tensor.Extent > Array.MaxLength / size)
            throw new WeightsException(Path, $"tensor '{shown}' spans {tensor.Extent * size} bytes, of at most {Array.MaxLength}; split it");
        var values = new float[tensor.Extent];
        storage.Type.ToSingles(storage.Read(tensor.Offset * size, (int)tensor.Extent * size), values);
        return tensor.IsContiguous ? values : tensor.Gather(values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _archive?.Dispose();
        _file.Dispose();
    }

    private static bool StartsWith(FileBytes file, int offset, ReadOnlySpan<byte> expected)
    {
        if (file.Length < offset + expected.Length)
            return false;
        Span<byte> there = stackalloc byte[16];
        there = there[..expected.Length];
        file.ReadAt(offset, there);
        return there.SequenceEqual(expected);
    }
}
