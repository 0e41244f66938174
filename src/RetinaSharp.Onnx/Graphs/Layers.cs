using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>
/// Adds layers of a network to a graph. Each method adds a layer's weights to the graph and returns a function that adds the layer's nodes for a given
/// input. All calls of this function share the weights.
/// </summary>
internal sealed class Layers(GraphBuilder graph, WeightReader weights)
{
    /// <summary>
    /// Adds the weights of a convolution with its normalization, and returns a function that adds the nodes. Batch norm is folded into the convolution;
    /// group norm becomes separate nodes.
    /// </summary>
    public Func<Value, Value> Convolution(ConvolutionLayer layer)
    {
        var weight = weights.Read($"{layer.Name}.weight");
        switch (layer.Norm)
        {
            case null:
                return Convolution(layer, weight, weights.Read($"{layer.Name}.bias"));
            case { Kind: NormKind.Group } norm:
                var (convolution, normalization) = (Convolution(layer, weight, new float[layer.Outputs]), GroupNorm(norm));
                return input => normalization(convolution(input));
            default:
                var (scale, shift) = weights.Affine(layer.Norm.Name);
                for (var i = 0; i < weight.Length; i++)
                    weight[i] *= scale[i / (weight.Length / layer.Outputs)];
                return Convolution(layer, weight, shift);
        }
    }

    private Func<Value, Value> Convolution(ConvolutionLayer layer, float[] weight, float[] bias)
    {
        var (kernel, padding) = (layer.Kernel, layer.Kernel / 2);
        var weightValue = graph.Weight($"{layer.Name}.weight", weight, layer.Outputs, layer.Inputs / layer.Groups, kernel, kernel);
        var biasValue = graph.Weight($"{layer.Name}.bias", bias, layer.Outputs);
        return input => graph.Call("Conv", [input, weightValue, biasValue],
            Attribute("kernel_shape", [kernel, kernel]), Attribute("strides", [layer.Stride, layer.Stride]), Attribute("pads", [padding, padding, padding, padding]), Attribute("group", layer.Groups));
    }

    /// <summary>
    /// Adds the weights of a group norm, and returns a function that adds the nodes: an InstanceNormalization over the groups, a multiplication and an
    /// addition, because ONNX has no GroupNormalization before operator set 18.
    /// </summary>
    private Func<Value, Value> GroupNorm(NormLayer norm)
    {
        var (channels, groups) = (norm.Channels, norm.Groups);
        var weight = graph.Weight($"{norm.Name}.weight", weights.Read($"{norm.Name}.weight"), channels, 1, 1);
        var bias = graph.Weight($"{norm.Name}.bias", weights.Read($"{norm.Name}.bias"), channels, 1, 1);
        var (ones, zeros) = (new float[groups], new float[groups]);
        Array.Fill(ones, 1);
        return input =>
        {
            Value[] grouped = [input.Reshape(0, groups, -1), graph.Constant(ones, groups), graph.Constant(zeros, groups)];
            var normalized = graph.Call("InstanceNormalization", grouped, Attribute("epsilon", (float)NormLayer.Epsilon));
            return (graph.Call("Reshape", [normalized, graph.Call("Shape", [input])]) * weight) + bias;
        };
    }
}
