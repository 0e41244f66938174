using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>Adds the forward pass of a network to a graph, layer by layer as its architecture describes it.</summary>
internal sealed class Network(GraphBuilder graph, WeightReader weights, RetinaNetArchitecture architecture)
{
    private const int Divisor = 32;

    private readonly Layers _layers = new(graph, weights);
    private readonly ResNetArchitecture _backbone = Required<ResNetArchitecture>(architecture.Backbone);
    private readonly PyramidArchitecture _neck = Required<PyramidArchitecture>(architecture.Neck);

    /// <summary>
    /// Adds nodes that preprocess images: normalize, convert to channels first, pad height and width at the end with 0 to multiples of 32.
    /// </summary>
    /// <param name="images">RGB images as bytes, [N, H, W, 3].</param>
    /// <returns>The network's input, fp32, [N, 3, padded H, padded W].</returns>
    public Value Preprocess(Value images)
    {
        var normalized = (images.To(Schema.TensorType.Float) * graph.Constant(Preprocessing.Scale, 3)) + graph.Constant(Preprocessing.Shift, 3);
        var missing = -images.Sizes(1, 3) % graph.Constant([Divisor], 1);
        return graph.Call("Pad", [normalized.Transpose(0, 3, 1, 2), Value.Concat(0, [graph.Constant([0, 0, 0, 0, 0, 0], 6), missing])]);
    }

    /// <summary>Adds the backbone and the feature pyramid; returns the pyramid levels, finest first, [N, C, rows, columns] each.</summary>
    /// <param name="input">The preprocessed images, [N, 3, H, W].</param>
    public Value[] Levels(Value input)
    {
        var (pyramid, stages) = (_neck, Stages(input));
        var levels = new List<Value>();
        Value? above = null;
        for (var i = pyramid.Lateral.Count - 1; i >= 0; i--)
        {
            var merged = _layers.Convolution(pyramid.Lateral[i])(stages[_backbone.FirstStage + i]);
            if (above is { } upper)
                merged += Upsample(upper);
            above = merged;
            levels.Insert(0, _layers.Convolution(pyramid.Output[i])(merged));
        }

        var below = levels[0];
        foreach (var (i, (downsample, aggregate)) in pyramid.Downsample.Zip(pyramid.Aggregate).Index())
        {
            below = _layers.Convolution(downsample)(below) + levels[i + 1];
            levels[i + 1] = _layers.Convolution(aggregate)(below);
        }

        var x = pyramid.P6Source == P6Source.C5 ? stages[^1] : levels[^1];
        foreach (var (i, layer) in pyramid.Extra.Index())
            levels.Add(x = _layers.Convolution(layer)(i == 0 ? x : x.Relu()));
        return [.. levels];
    }

    /// <summary>Adds a head, applied to each pyramid level with the same weights; returns its outputs per level, [N, anchors, outputs] each.</summary>
    public Value[] Head(IReadOnlyList<Value> levels, IHead part)
    {
        var head = Required<HeadArchitecture>(part);
        var tower = head.Tower.Select(_layers.Convolution).ToArray();
        var predict = _layers.Convolution(head.Predictor);
        return [.. levels.Select(level => predict(tower.Aggregate(level, (x, layer) => layer(x).Relu())).Transpose(0, 2, 3, 1).Reshape(0, -1, head.Outputs))];
    }

    private static T Required<T>(INetworkPart part)
        where T : class, INetworkPart => part as T ?? throw new NotSupportedException("Only networks of built-in parts can be exported: ONNX operators for a module of an application are not known.");

    private List<Value> Stages(Value input)
    {
        var x = _layers.Convolution(_backbone.Stem)(input).Relu();
        x = graph.Call("MaxPool", [x], Attribute("kernel_shape", [3, 3]), Attribute("strides", [2, 2]), Attribute("pads", [1, 1, 1, 1]));
        var outputs = new List<Value>();
        foreach (var blocks in _backbone.Stages)
            outputs.Add(x = blocks.Aggregate(x, Block));
        return outputs;
    }

    private Value Block(Value input, ResidualBlockLayers block)
    {
        var residual = input;
        foreach (var (i, layer) in block.Convolutions.Index())
            residual = _layers.Convolution(layer)(i == 0 ? residual : residual.Relu());
        return (residual + (block.Downsample is null ? input : _layers.Convolution(block.Downsample)(input))).Relu();
    }

    private Value Upsample(Value level) => graph.Call("Resize", [level, graph.Absent, graph.Constant([1f, 1, 2, 2], 4)],
        Attribute("mode", "nearest"), Attribute("coordinate_transformation_mode", "asymmetric"), Attribute("nearest_mode", "floor"));
}
