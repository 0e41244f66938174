namespace RetinaSharp.Detection.Weights;

/// <summary>A tensor to write to a safetensors file.</summary>
/// <param name="Name">Name of the tensor, unique in the file; <c>__metadata__</c> is reserved.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="WriteData">Writes the elements, little-endian and row-major; must write exactly the number of bytes given by type and shape.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, Action<Stream> WriteData)
{
    /// <summary>Creates an entry whose data are in memory.</summary>
    public SafetensorsEntry(string name, SafetensorsType type, long[] shape, ReadOnlyMemory<byte> data)
        : this(name, type, shape, stream => stream.Write(data.Span))
    {
    }
}
