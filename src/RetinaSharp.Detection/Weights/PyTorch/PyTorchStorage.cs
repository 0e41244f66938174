namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>A run of numbers in a PyTorch file, of which tensors are views.</summary>
/// <param name="key">Its name in the file.</param>
/// <param name="type">Type of its elements.</param>
/// <param name="count">Number of its elements.</param>
internal sealed class PyTorchStorage(string key, SafetensorsType type, long count)
{
    public string Key => key;

    public SafetensorsType Type => type;

    public long Count => count;

    /// <summary>Its length in bytes; whoever made it has checked that there is such a number.</summary>
    public long Length => count * type.ElementSize();

    /// <summary>Reads so many bytes of it from an offset in it, both of which the caller has held against <see cref="Length"/>.</summary>
    public required Func<long, int, byte[]> Read { get; set; }
}
