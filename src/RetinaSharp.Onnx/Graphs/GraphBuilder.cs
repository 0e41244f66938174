using System.Runtime.InteropServices;
using Google.Protobuf;
using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Schema.AttributeProto.Types;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>
/// Builds an ONNX graph. Nodes are added in the order of the calls, so each follows the nodes that it depends on, as ONNX requires.
/// </summary>
internal sealed class GraphBuilder
{
    private readonly Dictionary<(TensorType Type, ByteString Bytes, string Shape), Value> _constants = [];
    private int _nodes;

    public GraphBuilder(string name) => Graph = new() { Name = name };

    /// <summary>The graph that has been built so far.</summary>
    public GraphProto Graph { get; }

    /// <summary>Represents an omitted optional input of an operator.</summary>
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

    /// <summary>Declares an input of the graph. Each dimension of the shape is a number, or a name if it is dynamic.</summary>
    public Value Input(string name, TensorType type, string description, params ReadOnlySpan<string> shape)
    {
        Graph.Input.Add(Declare(name, type, description, shape));
        return new(this, name);
    }

    /// <summary>Declares an optional input of the graph, a tensor with one element, [1], and its default.</summary>
    public Value OptionalInput(string name, string description, float value) => OptionalInput(name, TensorType.Float, description, MemoryMarshal.AsBytes<float>([value]));

    /// <inheritdoc cref="OptionalInput(string, string, float)"/>
    public Value OptionalInput(string name, string description, long value) => OptionalInput(name, TensorType.Int64, description, MemoryMarshal.AsBytes<long>([value]));

    /// <summary>
    /// Declares a tensor as an output of the graph, under the given name. Each dimension of the shape is a number, or a name if it is dynamic.
    /// </summary>
    public void Output(string name, Value value, TensorType type, string description, params ReadOnlySpan<string> shape)
    {
        Graph.Node.Add(new NodeProto { Name = name, OpType = "Identity", Input = { value.Name }, Output = { name } });
        Graph.Output.Add(Declare(name, type, description, shape));
    }

    /// <summary>Adds a node that applies an ONNX operator, and returns its only output.</summary>
    public Value Call(string operation, ReadOnlySpan<Value> inputs, params ReadOnlySpan<AttributeProto> attributes) => Call(operation, 1, inputs, attributes)[0];

    /// <summary>Adds a node that applies an ONNX operator, and returns its outputs.</summary>
    /// <param name="operation">Name of the operator, such as <c>Conv</c>.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="inputs">The inputs, in the operator's order.</param>
    /// <param name="attributes">The operator's attributes.</param>
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

    /// <summary>Returns a scalar constant; equal constants are added to the graph once.</summary>
    public Value Constant(float value) => Constant([value]);

    /// <inheritdoc cref="Constant(float)"/>
    public Value Constant(long value) => Constant([value]);

    /// <summary>Returns a constant tensor; without a shape, a scalar. Equal constants are added to the graph once.</summary>
    public Value Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Constant(TensorType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <inheritdoc cref="Constant(ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public Value Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) => Constant(TensorType.Int64, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds a weight tensor to the graph as an initializer with the weight's name.</summary>
    public Value Weight(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Add(name, TensorType.Float, ByteString.CopyFrom(MemoryMarshal.AsBytes(values)), shape);

    // An initializer with the name of an input is its default.
    private Value OptionalInput(string name, TensorType type, string description, ReadOnlySpan<byte> value)
    {
        Input(name, type, description, "1");
        return Add(name, type, ByteString.CopyFrom(value), [1]);
    }

    private Value Constant(TensorType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var key = (type, ByteString.CopyFrom(bytes), string.Join(',', shape.ToArray()));
        return _constants.TryGetValue(key, out var existing)
            ? existing
            : _constants[key] = Add($"constant_{_constants.Count}", type, key.Item2, shape);
    }

    private Value Add(string name, TensorType type, ByteString bytes, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = bytes };
        tensor.Dims.AddRange(shape.ToArray());
        Graph.Initializer.Add(tensor);
        return new(this, name);
    }

    private static ValueInfoProto Declare(string name, TensorType type, string description, ReadOnlySpan<string> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var size in shape)
            dimensions.Dim.Add(long.TryParse(size, out var number) ? new TensorShapeProto.Types.Dimension { DimValue = number } : new() { DimParam = size });
        return new() { Name = name, DocString = description, Type = new() { TensorType = new() { ElemType = type, Shape = dimensions } } };
    }
}
