namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>A storage in a PyTorch file: a contiguous array of elements that tensors are views of.</summary>
/// <param name="key">Key of the storage in the file.</param>
/// <param name="type">Element type.</param>
/// <param name="count">Number of elements.</param>
internal sealed class PyTorchStorage(string key, SafetensorsType type, long count)
{
    public string Key => key;

    public SafetensorsType Type => type;

    public long Count => count;

    /// <summary>Length of the storage in bytes. The creator has checked that it does not overflow.</summary>
    public long Length => count * type.ElementSize();

    /// <summary>Reads bytes of the storage, given an offset and a length in bytes. The caller has checked the range against <see cref="Length"/>.</summary>
    public required Func<long, int, byte[]> Read { get; set; }
}
