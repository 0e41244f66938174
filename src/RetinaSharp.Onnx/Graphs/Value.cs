using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>A tensor in an ONNX graph, identified by its name. Operators and methods add a node to the graph and return its output.</summary>
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

    public Value Log() => Graph.Call("Log", [this]);

    public Value Min(Value other) => Graph.Call("Min", [this, other]);

    public Value Max(Value other) => Graph.Call("Max", [this, other]);

    public Value Greater(Value other) => Graph.Call("Greater", [this, other]);

    public Value Equal(Value other) => Graph.Call("Equal", [this, other]);

    /// <summary>
    /// Selects elements from this tensor where <paramref name="condition"/> is true, and from <paramref name="otherwise"/> elsewhere.
    /// </summary>
    public Value Where(Value condition, Value otherwise) => Graph.Call("Where", [condition, this, otherwise]);

    public Value To(TensorType type) => Graph.Call("Cast", [this], Attribute("to", (long)type));

    /// <summary>Returns the sizes of dimensions <paramref name="start"/> to <paramref name="end"/> - 1 as a tensor: int64, [end - start].</summary>
    public Value Sizes(int start, int end) => Graph.Call("Shape", [this], Attribute("start", start), Attribute("end", end));

    /// <summary>Reshapes the tensor. In the shape, 0 keeps the size of the dimension and -1 is inferred.</summary>
    public Value Reshape(params ReadOnlySpan<long> shape) => Graph.Call("Reshape", [this, Graph.Constant(shape, shape.Length)]);

    public Value Transpose(params ReadOnlySpan<long> order) => Graph.Call("Transpose", [this], Attribute("perm", order));

    public Value Unsqueeze(int axis) => Graph.Call("Unsqueeze", [this, Graph.Constant([axis], 1)]);

    /// <summary>Slices dimension <paramref name="axis"/> from index <paramref name="start"/> to its end.</summary>
    public Value SliceFrom(long start, long axis) => Slice(start, long.MaxValue, axis);

    /// <summary>Slices dimension <paramref name="axis"/> from index <paramref name="start"/> to <paramref name="end"/>, exclusive.</summary>
    public Value Slice(long start, long end, long axis) =>
        Graph.Call("Slice", [this, Graph.Constant([start], 1), Graph.Constant([end], 1), Graph.Constant([axis], 1)]);

    /// <summary>
    /// Gathers slices along dimension <paramref name="axis"/> (ONNX Gather). In the shape of the result, the shape of the indices replaces this dimension.
    /// </summary>
    public Value Gather(Value indices, int axis = 0) => Graph.Call("Gather", [this, indices], Attribute("axis", axis));

    /// <summary>
    /// Gathers slices by multi-dimensional indices, which are the rows of <paramref name="indices"/> along its last dimension (ONNX GatherND).
    /// </summary>
    /// <param name="indices">The indices, [..., number of indexed dimensions].</param>
    /// <param name="batchDimensions">Number of leading dimensions that both tensors share and that are not indexed, such as 1 for the images.</param>
    public Value GatherNd(Value indices, int batchDimensions = 0) => Graph.Call("GatherND", [this, indices], Attribute("batch_dims", batchDimensions));

    /// <summary>
    /// Returns the highest values in each row of this tensor, [N, n], and their indices in the row, [N, count] each. Values are in descending order;
    /// equal values are ordered by index.
    /// </summary>
    /// <param name="count">The number of values per row: int64, [1].</param>
    public (Value Values, Value Indices) TopK(Value count)
    {
        var outputs = Graph.Call("TopK", 2, [this, count], Attribute("axis", 1L));
        return (outputs[0], outputs[1]);
    }
}
