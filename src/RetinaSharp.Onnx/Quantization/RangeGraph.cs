using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Adds outputs to a graph that are the smallest and the largest value of tensors. The tensors themselves stay inside the session, which frees each after its last
/// use: all of them together would take gigabytes for a large image.
/// </summary>
internal static class RangeGraph
{
    /// <summary>Returns a copy of a model with outputs for ranges and for the outputs of the heads.</summary>
    /// <param name="graph">The graph of the model.</param>
    /// <param name="tensors">Names of the tensors.</param>
    public static ModelProto Create(QuantizableGraph graph, IReadOnlyList<string> tensors)
    {
        var model = graph.Model.Clone();
        foreach (var tensor in tensors)
        {
            Reduce("ReduceMin", tensor, Low(tensor));
            Reduce("ReduceMax", tensor, High(tensor));
        }

        ModelSession.AddOutputs(model, [.. tensors.SelectMany(Outputs), .. graph.Logits, .. graph.Boxes]);
        return model;

        void Reduce(string operation, string tensor, string output) => model.Graph.Node.Add(
            new NodeProto { OpType = operation, Name = output, Input = { tensor }, Output = { output }, Attribute = { Attribute("keepdims", 0L) } });
    }

    /// <summary>Returns the names of the outputs with the smallest and the largest value of a tensor.</summary>
    public static string[] Outputs(string tensor) => [Low(tensor), High(tensor)];

    private static string Low(string tensor) => $"{tensor}.low";

    private static string High(string tensor) => $"{tensor}.high";
}
