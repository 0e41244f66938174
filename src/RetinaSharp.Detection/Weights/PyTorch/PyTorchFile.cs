namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// A state dictionary in a file of torch.save (.pth), open for reading. Nothing of the file is executed, and the size of everything in it is
/// checked when opened.
/// </summary>
internal sealed class PyTorchFile : IWeightSource
{
    /// <summary>The most that a pickle may take; a detector's takes some ten thousand bytes.</summary>
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
            throw new WeightsException(file.Path, "is a tar archive, as PyTorch wrote before 0.1.10 and as others pack files; unpack it, or load and save it with PyTorch 1.6 or newer");
        else
            throw new WeightsException(file.Path, "starts like a pickle, but not as torch.save writes one; save the weights with PyTorch: torch.save(model.state_dict(), FILE)");
        _tensors = StateDictionary.Find(file.Path, root);
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IEnumerable<string> Names => _tensors.Keys;

    /// <summary>Whether a file is of PyTorch, or at least a pickle or an archive, of which this says what is wrong with it.</summary>
    public static bool Recognises(FileBytes file) => StartsWith(file, 0, PyTorchArchive.Start) || StartsWith(file, TarMagic, "ustar"u8)
        // The header of a safetensors file may have a length that starts so; it starts at the ninth byte itself.
        || (StartsWith(file, 0, [0x80]) && !StartsWith(file, 8, "{"u8));

    /// <summary>Reads what a file holds, but no weights yet.</summary>
    /// <param name="file">The file; it is closed with this, or when this throws.</param>
    /// <exception cref="WeightsException">It is damaged, holds no state dictionary, or needs Python to execute something.</exception>
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
    public float[] ReadSingles(string name)
    {
        var shown = SafetensorsHeaderParser.Show(name);
        if (!_tensors.TryGetValue(name, out var tensor))
            throw new WeightsException(Path, $"has no tensor '{shown}' among its {_tensors.Count}; it is of another architecture");
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
