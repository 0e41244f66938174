using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>A tensor that flows through a graph, known there by its name. What is done with it adds a node to the graph.</summary>
internal readonly record struct Value(GraphBuilder Graph, string Name)
{
    public static Value operator +(Value left, Value right) => left.Graph.Call("Add", [left, right]);

    public static Value operator -(Value left, Value right) => left.Graph.Call("Sub", [left, right]);

    public static Value operator *(Value left, Value right) => left.Graph.Call("Mul", [left, right]);

    public static Value operator /(Value left, Value right) => left.Graph.Call("Div", [left, right]);

    public static Value operator %(Value left, Value right) => left.Graph.Call("Mod", [left, right]);

    public static Value operator -(Value value) => value.Graph.Call("Neg", [value]);

    public static Value Concat(int axis, IReadOnlyList<Value> values) =>
        values.Count == 1 ? values[0] : values[0].Graph.Call("Concat", [.. values], Attribute("axis", axis));

    public Value Relu() => Graph.Call("Relu", [this]);

    public Value Exp() => Graph.Call("Exp", [this]);

    public Value Min(Value other) => Graph.Call("Min", [this, other]);

    public Value Max(Value other) => Graph.Call("Max", [this, other]);

    public Value IsAbove(Value other) => Graph.Call("Greater", [this, other]);

    public Value IsEqualTo(Value other) => Graph.Call("Equal", [this, other]);

    /// <summary>This where <paramref name="condition"/> is true, else the other.</summary>
    public Value Where(Value condition, Value otherwise) => Graph.Call("Where", [condition, this, otherwise]);

    public Value To(TensorType type) => Graph.Call("Cast", [this], Attribute("to", (long)type));

    /// <summary>The sizes of some dimensions: [end - start], integers.</summary>
    public Value Sizes(int start, int end) => Graph.Call("Shape", [this], Attribute("start", start), Attribute("end", end));

    /// <summary>Another shape for the same elements; 0 keeps a dimension, -1 stands for the rest.</summary>
    public Value Reshape(params ReadOnlySpan<long> shape) => Graph.Call("Reshape", [this, Graph.Constant(shape, shape.Length)]);

    public Value Transpose(params ReadOnlySpan<long> order) => Graph.Call("Transpose", [this], Attribute("perm", order));

    public Value Unsqueeze(int axis) => Graph.Call("Unsqueeze", [this, Graph.Constant([axis], 1)]);

    /// <summary>What lies in one dimension from <paramref name="start"/> to its end.</summary>
    public Value From(long start, long axis) =>
        Graph.Call("Slice", [this, Graph.Constant([start], 1), Graph.Constant([long.MaxValue], 1), Graph.Constant([axis], 1)]);

    /// <summary>Entries of one dimension by their number, in the shape of the numbers.</summary>
    public Value Gather(Value numbers, int axis = 0) => Graph.Call("Gather", [this, numbers], Attribute("axis", axis));

    /// <summary>Entries by the places in the last dimension of <paramref name="places"/>, image by image where there is one batch dimension.</summary>
    public Value GatherPlaces(Value places, int batchDimensions = 0) => Graph.Call("GatherND", [this, places], Attribute("batch_dims", batchDimensions));

    /// <summary>The greatest of [N, n]: values and their places, [N, count], falling; of equal ones the first comes first.</summary>
    public (Value Values, Value Places) TopK(Value count)
    {
        var outputs = Graph.Call("TopK", 2, [this, count], Attribute("axis", 1L));
        return (outputs[0], outputs[1]);
    }
}
