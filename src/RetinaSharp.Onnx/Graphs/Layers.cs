using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch.Modules;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>
/// Makes the layers of a network from its weights. A layer may be applied many times, and has its weights in the graph once. A
/// normalisation by fixed statistics is folded into its convolution.
/// </summary>
internal sealed class Layers(GraphBuilder graph, WeightReader weights)
{
    /// <summary>A convolution with a bias, whose padding keeps the size at stride 1.</summary>
    public Func<Value, Value> Convolution(string name, int inputs, int outputs, int kernel, int stride = 1)
    {
        var weight = weights.Read($"{name}.weight", outputs, inputs, kernel, kernel);
        return Convolution(name, weight, weights.Read($"{name}.bias", outputs), inputs, kernel, stride);
    }

    /// <summary>A convolution without a bias, and its normalisation.</summary>
    public Func<Value, Value> Convolution(string name, string normName, NormKind norm, int inputs, int outputs, int kernel, int stride = 1)
    {
        var weight = weights.Read($"{name}.weight", outputs, inputs, kernel, kernel);
        if (norm == NormKind.Group)
        {
            var convolution = Convolution(name, weight, new float[outputs], inputs, kernel, stride);
            var normalisation = GroupNormalisation(normName, outputs);
            return input => normalisation(convolution(input));
        }

        var (scale, shift) = weights.Affine(normName, outputs);
        for (var i = 0; i < weight.Length; i++)
            weight[i] *= scale[i / (weight.Length / outputs)];
        return Convolution(name, weight, shift, inputs, kernel, stride);
    }

    private Func<Value, Value> Convolution(string name, float[] weight, float[] bias, int inputs, int kernel, int stride)
    {
        var padding = kernel / 2;
        var weightValue = graph.Weight($"{name}.weight", weight, bias.Length, inputs, kernel, kernel);
        var biasValue = graph.Weight($"{name}.bias", bias, bias.Length);
        return input => graph.Call("Conv", [input, weightValue, biasValue],
            Attribute("kernel_shape", [kernel, kernel]), Attribute("strides", [stride, stride]), Attribute("pads", [padding, padding, padding, padding]));
    }

    /// <summary>The operators of version 17 have it not, but each group is an instance of a channel as long as the group.</summary>
    private Func<Value, Value> GroupNormalisation(string name, int channels)
    {
        var groups = GroupNorm.GroupsOf(channels);
        var weight = graph.Weight($"{name}.weight", weights.Read($"{name}.weight", channels), channels, 1, 1);
        var bias = graph.Weight($"{name}.bias", weights.Read($"{name}.bias", channels), channels, 1, 1);
        var (ones, zeros) = (new float[groups], new float[groups]);
        Array.Fill(ones, 1);
        return input =>
        {
            Value[] grouped = [input.Reshape(0, groups, -1), graph.Constant(ones, groups), graph.Constant(zeros, groups)];
            var normalised = graph.Call("InstanceNormalization", grouped, Attribute("epsilon", (float)GroupNorm.Epsilon));
            return (graph.Call("Reshape", [normalised, graph.Call("Shape", [input])]) * weight) + bias;
        };
    }
}
