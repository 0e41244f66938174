using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>RetinaNet as a graph: preprocessing, backbone, pyramid and heads, as <see cref="RetinaNet"/> computes them.</summary>
internal sealed class Network(GraphBuilder graph, WeightReader weights, ModelSettings settings)
{
    private const int Divisor = 32;
    private const string Body = "backbone.body";
    private const string Pyramid = "backbone.fpn";

    private readonly Layers _layers = new(graph, weights);

    /// <summary>Bytes [N, H, W, 3] to the input of the network, [N, 3, H', W']: normalised, then padded with zeros at the right and below to multiples of 32.</summary>
    public Value Preprocess(Value images)
    {
        var normalised = (images.To(Schema.TensorType.Float) * graph.Constant(Preprocessing.Scale, 3)) + graph.Constant(Preprocessing.Shift, 3);
        var missing = -images.Sizes(1, 3) % graph.Constant([Divisor], 1);
        return graph.Call("Pad", [normalised.Transpose(0, 3, 1, 2), Value.Concat(0, [graph.Constant([0, 0, 0, 0, 0, 0], 6), missing])]);
    }

    /// <summary>The pyramid levels of an input, the finest first.</summary>
    public Value[] Levels(Value input)
    {
        var (stages, channels) = Stages(input);
        var first = settings.Anchors.MinLevel - 2;
        var (levels, pyramid) = (new List<Value>(), settings.PyramidChannels);
        Value? above = null;
        for (var i = stages.Length - 1; i >= first; i--)
        {
            var merged = _layers.Convolution($"{Pyramid}.inner_blocks.{i - first}.0", channels[i], pyramid, 1)(stages[i]);
            if (above is { } upper)
                merged += Doubled(upper);
            above = merged;
            levels.Insert(0, _layers.Convolution($"{Pyramid}.layer_blocks.{i - first}.0", pyramid, pyramid, 3)(merged));
        }

        var (x, inputs) = settings.P6From == P6Source.C5 ? (stages[^1], channels[^1]) : (levels[^1], pyramid);
        for (var level = 6; level <= settings.Anchors.MaxLevel; level++, inputs = pyramid)
            levels.Add(x = _layers.Convolution($"{Pyramid}.extra_blocks.p{level}", inputs, pyramid, 3, 2)(level == 6 ? x : x.Relu()));
        return [.. levels];
    }

    /// <summary>What the classification head says of each level's anchors: [N, anchors, outputs].</summary>
    public Value[] Logits(IReadOnlyList<Value> levels, int outputs) => Head(levels, "head.classification_head", "cls_logits", outputs);

    /// <summary>What the box head says of each level's anchors: [N, anchors, 4].</summary>
    public Value[] Deltas(IReadOnlyList<Value> levels) => Head(levels, "head.regression_head", "bbox_reg", 4);

    private (Value[] Stages, int[] Channels) Stages(Value input)
    {
        var channels = ResNet.StemChannels(settings.Width);
        var x = _layers.Convolution($"{Body}.conv1", $"{Body}.bn1", settings.Norm, 3, channels, 7, 2)(input).Relu();
        x = graph.Call("MaxPool", [x], Attribute("kernel_shape", [3, 3]), Attribute("strides", [2, 2]), Attribute("pads", [1, 1, 1, 1]));
        var (outputs, outputChannels, inputs) = (new Value[4], new int[4], channels);
        for (var stage = 0; stage < outputs.Length; stage++, channels *= 2)
        {
            for (var block = 0; block < ResNet.Blocks(settings.Depth)[stage]; block++)
                (x, inputs) = Block($"{Body}.layer{stage + 1}.{block}", x, inputs, channels, block == 0 && stage > 0 ? 2 : 1);
            (outputs[stage], outputChannels[stage]) = (x, inputs);
        }

        return (outputs, outputChannels);
    }

    private (Value Output, int Channels) Block(string name, Value input, int inputs, int channels, int stride)
    {
        var isBasic = settings.Depth < 50;
        var outputs = isBasic ? channels : channels * Bottleneck.Expansion;
        var residual = isBasic
            ? Convolution(2, channels, outputs, 3)(Convolution(1, inputs, channels, 3, stride)(input).Relu())
            : Convolution(3, channels, outputs, 1)(Convolution(2, channels, channels, 3, stride)(Convolution(1, inputs, channels, 1)(input).Relu()).Relu());
        var shortcut = stride == 1 && inputs == outputs
            ? input
            : _layers.Convolution($"{name}.downsample.0", $"{name}.downsample.1", settings.Norm, inputs, outputs, 1, stride)(input);
        return ((residual + shortcut).Relu(), outputs);

        Func<Value, Value> Convolution(int number, int from, int to, int kernel, int step = 1) =>
            _layers.Convolution($"{name}.conv{number}", $"{name}.bn{number}", settings.Norm, from, to, kernel, step);
    }

    /// <summary>By nearest neighbour. The padded sides are multiples of 32, so that each level down to P2 is exactly twice the one above.</summary>
    private Value Doubled(Value level) => graph.Call("Resize", [level, graph.Absent, graph.Constant([1f, 1, 2, 2], 4)],
        Attribute("mode", "nearest"), Attribute("coordinate_transformation_mode", "asymmetric"), Attribute("nearest_mode", "floor"));

    private Value[] Head(IReadOnlyList<Value> levels, string name, string last, int outputs)
    {
        var channels = settings.PyramidChannels;
        var tower = Enumerable.Range(0, settings.HeadConvolutions).Select(i => settings.HeadNorm
            ? _layers.Convolution($"{name}.conv.{i}.0", $"{name}.conv.{i}.1", NormKind.Group, channels, channels, 3)
            : _layers.Convolution($"{name}.conv.{i}.0", channels, channels, 3)).ToArray();
        var predict = _layers.Convolution($"{name}.{last}", channels, settings.Anchors.AnchorsPerCell * outputs, 3);
        return [.. levels.Select(level => predict(tower.Aggregate(level, (x, layer) => layer(x).Relu())).Transpose(0, 2, 3, 1).Reshape(0, -1, outputs))];
    }
}
