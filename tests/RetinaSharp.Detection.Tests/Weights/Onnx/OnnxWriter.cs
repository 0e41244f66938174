using System.Runtime.InteropServices;
using System.Text;

namespace RetinaSharp.Detection.Tests.Weights.Onnx;

/// <summary>Writes ONNX files by hand, field by field, with the field numbers of onnx.proto.</summary>
internal sealed class OnnxWriter
{
    private readonly MemoryStream _graph = new();
    private int _names;

    public byte[] Model => [.. Integer(1, 8), .. Message(2, Text("test")), .. Message(7, _graph.ToArray())];

    /// <summary>Adds an initializer with these values, as raw bytes or as packed numbers; returns its name.</summary>
    public string Tensor(long[] shape, ReadOnlySpan<float> values, bool raw = false)
    {
        var name = $"w{_names++}";
        _graph.Write(Message(5, [.. shape.SelectMany(size => Integer(1, size)), .. Integer(2, 1), .. Message(raw ? 9 : 4, MemoryMarshal.AsBytes(values).ToArray()), .. Message(8, Text(name))]));
        return name;
    }

    /// <summary>Adds a node; returns the name of its output.</summary>
    public string Node(string type, string[] inputs, int stride = 1, float? epsilon = null)
    {
        var name = $"t{_names++}";
        byte[] strides = stride == 1 ? [] : Message(5, [.. Message(1, Text("strides")), .. Integer(8, stride), .. Integer(8, stride), .. Integer(20, 7)]);
        byte[] constant = epsilon is null ? [] : Message(5, [.. Message(1, Text("epsilon")), (2 << 3) | 5, .. BitConverter.GetBytes(epsilon.Value)]);
        _graph.Write(Message(1, [.. inputs.SelectMany(input => Message(1, Text(input))), .. Message(2, Text(name)), .. Message(4, Text(type)), .. strides, .. constant]));
        return name;
    }

    public static byte[] Message(int field, byte[] contents) => [.. Varint((ulong)((field << 3) | 2)), .. Varint((ulong)contents.Length), .. contents];

    public static byte[] Integer(int field, long value) => [.. Varint((ulong)(field << 3)), .. Varint((ulong)value)];

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
