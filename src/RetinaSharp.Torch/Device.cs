using System.Globalization;

namespace RetinaSharp.Torch;

/// <summary>Where a tensor lives and is computed.</summary>
public readonly record struct Device
{
    private const int MetaComplement = 1;
    private const string MetaName = "meta";

    // The complement of the CUDA index, so that the default is the processor.
    private readonly int _complement;

    private Device(int complement) => _complement = complement;

    /// <summary>The processor.</summary>
    public static Device Cpu => default;

    /// <summary>
    /// Nowhere: tensors with a shape and a type, but without memory, of which operators compute the shapes of their results. Those that LibTorch 1.13 has not
    /// taught it are told apart where they are called.
    /// </summary>
    public static Device Meta => new(MetaComplement);

    /// <summary>Whether this is the processor.</summary>
    public bool IsCpu => _complement == 0;

    /// <summary>Whether there is no memory; see <see cref="Meta"/>.</summary>
    public bool IsMeta => _complement == MetaComplement;

    /// <summary>A CUDA device.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static Device Cuda(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(~index);
    }

    /// <summary>A device by LibTorch's name for it.</summary>
    internal static Device Named(string name) => name == MetaName ? Meta : Parse(name);

    /// <summary>Reads <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <param name="text">The name.</param>
    /// <exception cref="FormatException">It is another name.</exception>
    public static Device Parse(string text)
    {
        if (text == "cpu")
            return Cpu;
        if (text == "cuda")
            return Cuda(0);
        if (text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return Cuda(index);
        throw new FormatException($"'{text}' is no device: cpu, cuda or cuda:N is.");
    }

    /// <inheritdoc/>
    public override string ToString() => IsCpu ? "cpu" : IsMeta ? MetaName : string.Create(CultureInfo.InvariantCulture, $"cuda:{~_complement}");
}
