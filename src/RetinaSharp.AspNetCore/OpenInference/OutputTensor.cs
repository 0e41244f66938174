using System.Runtime.InteropServices;
using System.Text.Json;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>An output tensor.</summary>
/// <param name="Metadata">Name and type.</param>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="Data">The elements: an array of float, long or int.</param>
internal sealed record OutputTensor(TensorMetadata Metadata, IReadOnlyList<long> Shape, Array Data)
{
    /// <summary>The elements as little-endian bytes.</summary>
    public byte[] ToBytes() => Data switch
    {
        float[] values => MemoryMarshal.AsBytes<float>(values).ToArray(),
        long[] values => MemoryMarshal.AsBytes<long>(values).ToArray(),
        int[] values => MemoryMarshal.AsBytes<int>(values).ToArray(),
        _ => throw new InvalidOperationException($"Tensors of {Data.GetType()} are not supported."),
    };

    /// <summary>Writes name, type, shape and elements.</summary>
    /// <param name="writer">Receives the JSON.</param>
    /// <param name="binarySize">Number of bytes of the elements, if they follow the JSON; null: they are in the JSON.</param>
    public void Write(Utf8JsonWriter writer, int? binarySize)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Metadata.Name);
        writer.WriteString("datatype", Metadata.Datatype);
        writer.WriteStartArray("shape");
        foreach (var length in Shape)
            writer.WriteNumberValue(length);
        writer.WriteEndArray();
        if (binarySize is { } size)
        {
            writer.WriteStartObject("parameters");
            writer.WriteNumber("binary_data_size", size);
            writer.WriteEndObject();
        }
        else
        {
            WriteData(writer);
        }

        writer.WriteEndObject();
    }

    private void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("data");
        foreach (var value in Data as float[] ?? [])
            writer.WriteNumberValue(value);
        foreach (var value in Data as long[] ?? [])
            writer.WriteNumberValue(value);
        foreach (var value in Data as int[] ?? [])
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }
}
