using System.Runtime.InteropServices;
using Google.Protobuf;
using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Schema.AttributeProto.Types;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>Collects inputs, constants, nodes and outputs; nodes in the order of the calls, so that each comes after what it takes.</summary>
internal sealed class GraphBuilder
{
    private readonly Dictionary<(TensorType Type, ByteString Bytes, string Shape), Value> _constants = [];
    private int _nodes;

    public GraphBuilder(string name) => Graph = new() { Name = name };

    /// <summary>The graph so far.</summary>
    public GraphProto Graph { get; }

    /// <summary>An optional input of an operator that is left out.</summary>
    public Value Absent => new(this, "");

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    public static AttributeProto Attribute(string name, string value) => new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Attribute(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values.ToArray());
        return attribute;
    }

    /// <summary>Declares an input; a dimension is a number, or the name of one that is free.</summary>
    public Value Input(string name, TensorType type, string meaning, params ReadOnlySpan<string> shape)
    {
        Graph.Input.Add(Declare(name, type, meaning, shape));
        return new(this, name);
    }

    /// <summary>Declares an output; a dimension is a number, or the name of one that is free.</summary>
    public void Output(string name, Value value, TensorType type, string meaning, params ReadOnlySpan<string> shape)
    {
        Graph.Node.Add(new NodeProto { Name = name, OpType = "Identity", Input = { value.Name }, Output = { name } });
        Graph.Output.Add(Declare(name, type, meaning, shape));
    }

    /// <summary>Adds a node with one output.</summary>
    public Value Call(string operation, ReadOnlySpan<Value> inputs, params ReadOnlySpan<AttributeProto> attributes) => Call(operation, 1, inputs, attributes)[0];

    /// <summary>Adds a node.</summary>
    public Value[] Call(string operation, int outputs, ReadOnlySpan<Value> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { Name = $"{operation}_{_nodes++}", OpType = operation };
        foreach (var input in inputs)
            node.Input.Add(input.Name);
        node.Attribute.AddRange(attributes.ToArray());
        for (var i = 0; i < outputs; i++)
            node.Output.Add(outputs == 1 ? node.Name : $"{node.Name}.{i}");
        Graph.Node.Add(node);
        return [.. node.Output.Select(output => new Value(this, output))];
    }

    /// <summary>A single number.</summary>
    public Value Constant(float value) => Constant([value]);

    /// <inheritdoc cref="Constant(float)"/>
    public Value Constant(long value) => Constant([value]);

    /// <summary>Numbers in a shape; without one, a single number.</summary>
    public Value Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Constant(TensorType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <inheritdoc cref="Constant(ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public Value Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) => Constant(TensorType.Int64, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Trained numbers, under a name of their own.</summary>
    public Value Weight(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Add(name, TensorType.Float, ByteString.CopyFrom(MemoryMarshal.AsBytes(values)), shape);

    private Value Constant(TensorType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var key = (type, ByteString.CopyFrom(bytes), string.Join(',', shape.ToArray()));
        return _constants.TryGetValue(key, out var known)
            ? known
            : _constants[key] = Add($"constant_{_constants.Count}", type, key.Item2, shape);
    }

    private Value Add(string name, TensorType type, ByteString bytes, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = bytes };
        tensor.Dims.AddRange(shape.ToArray());
        Graph.Initializer.Add(tensor);
        return new(this, name);
    }

    private static ValueInfoProto Declare(string name, TensorType type, string meaning, ReadOnlySpan<string> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var size in shape)
            dimensions.Dim.Add(long.TryParse(size, out var number) ? new TensorShapeProto.Types.Dimension { DimValue = number } : new() { DimParam = size });
        return new() { Name = name, DocString = meaning, Type = new() { TensorType = new() { ElemType = type, Shape = dimensions } } };
    }
}
