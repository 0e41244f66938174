using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Decides which tensors of a graph are quantized. Those are inputs and outputs of the quantized convolutions, and outputs of other nodes that ONNX Runtime computes
/// on integers if all their inputs are quantized: additions, max pooling and nearest-neighbor upsampling.
/// </summary>
internal sealed class QuantizationPlan
{
    private readonly Dictionary<string, string> _sameRange = [];

    /// <summary>Creates the plan.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="layers">Names of the layers whose convolutions are quantized.</param>
    public QuantizationPlan(QuantizableGraph graph, IReadOnlySet<string> layers)
    {
        Convolutions = [.. graph.Convolutions.Where(convolution => layers.Contains(convolution.Layer))];
        foreach (var convolution in Convolutions)
        {
            Tensors.Add(convolution.Input);
            Tensors.Add(convolution.Output);
            if (IsPerChannel(graph, convolution))
                PerChannel.Add(convolution.Output);
        }

        // Nodes are in topological order, so that the inputs of a node are decided before it.
        foreach (var node in graph.Model.Graph.Node)
        {
            // A tensor that only selects elements of another has its scale, so that the integers are copied.
            if (node.OpType is "MaxPool" or "Resize" && Tensors.Contains(node.Input[0]))
            {
                Tensors.Add(node.Output[0]);
                _sameRange[node.Output[0]] = node.Input[0];
            }
            else if (node.OpType == "Add" && node.Input.All(Tensors.Contains))
            {
                Tensors.Add(graph.Consumers(node.Output[0]).ToArray() is [{ OpType: "Relu" } relu] ? relu.Output[0] : node.Output[0]);
            }
        }
    }

    /// <summary>The convolutions that are quantized.</summary>
    public IReadOnlyList<ConvolutionNode> Convolutions { get; }

    /// <summary>Names of the tensors that are quantized.</summary>
    public HashSet<string> Tensors { get; } = [];

    /// <summary>
    /// Names of the quantized tensors with a scale and a zero point per channel. ONNX Runtime's integer operators read tensors with a single scale only; so these are outputs of
    /// convolutions that only operators of fp32 read: the group norms, and the postprocessing for boxes.
    /// </summary>
    public HashSet<string> PerChannel { get; } = [];

    /// <summary>Returns the tensor whose range a tensor has: itself, or the one that its elements are copied from.</summary>
    public string RangeOf(string tensor)
    {
        while (_sameRange.TryGetValue(tensor, out var source))
            tensor = source;
        return tensor;
    }

    /// <summary>Whether a node is one of the quantized convolutions.</summary>
    public bool IsQuantized(NodeProto node) => node.OpType == "Conv" && Convolutions.Any(convolution => ReferenceEquals(convolution.Node, node));

    // Logits have one scale: a range of its own would clip a rare class at the scores of the calibration images.
    private static bool IsPerChannel(QuantizableGraph graph, ConvolutionNode convolution) =>
        graph.Consumers(convolution.Output).All(node => node.OpType is "Transpose" or "Reshape" or "Shape") && !graph.Predictors.Where(QuantizableGraph.IsClassification).Contains(convolution);
}
