using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Adds outputs to a graph that are the smallest and the largest value of tensors, or of their channels. The tensors themselves stay inside the session, which frees each
/// after its last use: all of them together would take gigabytes for a large image.
/// </summary>
internal static class RangeGraph
{
    /// <summary>Returns a copy of a model with outputs for ranges and for the outputs of the heads.</summary>
    /// <param name="graph">The graph of the model.</param>
    /// <param name="tensors">Names of the tensors.</param>
    /// <param name="perChannel">Names of those tensors, [N, C, H, W], whose channels have ranges of their own.</param>
    public static ModelProto Create(QuantizableGraph graph, IReadOnlyList<string> tensors, IReadOnlySet<string> perChannel)
    {
        var model = graph.Model.Clone();
        foreach (var tensor in tensors)
        {
            if (perChannel.Contains(tensor))
            {
                // The operators that reduce some axes differ between operator sets; pooling does not.
                Add("GlobalMaxPool", tensor, High(tensor));
                Add("Neg", tensor, $"{tensor}.negative");
                Add("GlobalMaxPool", $"{tensor}.negative", $"{tensor}.negative_low");
                Add("Neg", $"{tensor}.negative_low", Low(tensor));
            }
            else
            {
                Add("ReduceMin", tensor, Low(tensor)).Attribute.Add(Attribute("keepdims", 0L));
                Add("ReduceMax", tensor, High(tensor)).Attribute.Add(Attribute("keepdims", 0L));
            }
        }

        ModelSession.AddOutputs(model, [.. tensors.SelectMany(Outputs), .. HeadOutputs.Names(graph)]);
        return model;

        NodeProto Add(string operation, string input, string output)
        {
            var node = new NodeProto { OpType = operation, Name = output, Input = { input }, Output = { output } };
            model.Graph.Node.Add(node);
            return node;
        }
    }

    /// <summary>Returns the names of the outputs with the smallest and the largest value of a tensor.</summary>
    public static string[] Outputs(string tensor) => [Low(tensor), High(tensor)];

    private static string Low(string tensor) => $"{tensor}.low";

    private static string High(string tensor) => $"{tensor}.high";
}
