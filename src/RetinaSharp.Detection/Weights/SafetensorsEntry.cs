namespace RetinaSharp.Detection.Weights;

/// <summary>A tensor to write.</summary>
/// <param name="Name">Its name; any but <c>__metadata__</c>, and no other tensor's.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, outermost first; empty for a scalar.</param>
/// <param name="WriteData">Writes its data, little-endian, in C order: exactly the bytes that type and shape call for.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, Action<Stream> WriteData)
{
    /// <summary>A tensor whose data is at hand.</summary>
    public SafetensorsEntry(string name, SafetensorsType type, long[] shape, ReadOnlyMemory<byte> data)
        : this(name, type, shape, stream => stream.Write(data.Span))
    {
    }
}
