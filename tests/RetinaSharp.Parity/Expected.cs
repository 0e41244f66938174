using RetinaSharp.Detection.Weights;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Parity;

/// <summary>What torchvision computed: a flat dictionary of tensors by name.</summary>
internal sealed class Expected(string path) : IDisposable
{
    private readonly PyTorchFile _file = PyTorchFile.Open(FileBytes.Open(path));

    /// <summary>The numbers of a tensor.</summary>
    public float[] this[string name] => _file.ReadFp32(name);

    /// <summary>The shape of a tensor.</summary>
    public long[] Shape(string name) => [.. _file.Find(name)!.Shape];

    /// <summary>The rows of a tensor, so many numbers wide.</summary>
    public float[][] Rows(string name, int width) => [.. this[name].Chunk(width)];

    /// <summary>What follows a prefix in the names that have it.</summary>
    public IEnumerable<string> Under(string prefix) => _file.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
