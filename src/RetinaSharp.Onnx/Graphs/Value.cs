using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>A tensor in a graph, identified by its name. Operations on it add nodes to the graph.</summary>
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

    public Value Greater(Value other) => Graph.Call("Greater", [this, other]);

    public Value Equal(Value other) => Graph.Call("Equal", [this, other]);

    /// <summary>Selects this tensor where <paramref name="condition"/> is true, otherwise the other one.</summary>
    public Value Where(Value condition, Value otherwise) => Graph.Call("Where", [condition, this, otherwise]);

    public Value To(TensorType type) => Graph.Call("Cast", [this], Attribute("to", (long)type));

    /// <summary>The sizes of the dimensions from <paramref name="start"/> to before <paramref name="end"/>: int64 [end - start].</summary>
    public Value Sizes(int start, int end) => Graph.Call("Shape", [this], Attribute("start", start), Attribute("end", end));

    /// <summary>Reshapes the tensor; 0 keeps a dimension, -1 is inferred.</summary>
    public Value Reshape(params ReadOnlySpan<long> shape) => Graph.Call("Reshape", [this, Graph.Constant(shape, shape.Length)]);

    public Value Transpose(params ReadOnlySpan<long> order) => Graph.Call("Transpose", [this], Attribute("perm", order));

    public Value Unsqueeze(int axis) => Graph.Call("Unsqueeze", [this, Graph.Constant([axis], 1)]);

    /// <summary>Slices one dimension from <paramref name="start"/> to its end.</summary>
    public Value SliceFrom(long start, long axis) =>
        Graph.Call("Slice", [this, Graph.Constant([start], 1), Graph.Constant([long.MaxValue], 1), Graph.Constant([axis], 1)]);

    /// <summary>Gathers entries along one dimension; the result has the shape of the indices.</summary>
    public Value Gather(Value indices, int axis = 0) => Graph.Call("Gather", [this, indices], Attribute("axis", axis));

    /// <summary>
    /// Gathers entries by the multi-dimensional indices in the last dimension of <paramref name="indices"/> (GatherND); with one batch
    /// dimension, per image.
    /// </summary>
    public Value GatherNd(Value indices, int batchDimensions = 0) => Graph.Call("GatherND", [this, indices], Attribute("batch_dims", batchDimensions));

    /// <summary>
    /// Returns the top values of [N, n] and their indices, [N, count], descending; of equal values, the first comes first.
    /// </summary>
    public (Value Values, Value Indices) TopK(Value count)
    {
        var outputs = Graph.Call("TopK", 2, [this, count], Attribute("axis", 1L));
        return (outputs[0], outputs[1]);
    }
}
