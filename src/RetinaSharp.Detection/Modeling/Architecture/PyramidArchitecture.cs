using RetinaSharp.Detection.Configuration;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// Describes a feature pyramid network (Lin et al., arXiv 1612.03144): lateral 1 × 1 convolutions, top-down nearest-neighbor upsampling, 3 × 3
/// output convolutions, and convolutions with stride 2 for the extra levels; optionally with the bottom-up path of a path aggregation network in between,
/// in the form of MMDetection's PAFPN.
/// </summary>
/// <param name="Lateral">1 × 1 convolution of each feature map of the backbone, finest first.</param>
/// <param name="Output">3 × 3 convolution of each level up to P5, finest first.</param>
/// <param name="Extra">
/// Convolutions with stride 2 for P6 and above. The first is applied to the feature map that P6 is computed from, each later one to ReLU of the level before.
/// </param>
/// <param name="P6Source">Feature map that P6 is computed from.</param>
public sealed record PyramidArchitecture(IReadOnlyList<ConvolutionLayer> Lateral, IReadOnlyList<ConvolutionLayer> Output, IReadOnlyList<ConvolutionLayer> Extra, P6Source P6Source) : INeck
{
    /// <summary>Name of the feature pyramid network in model files.</summary>
    public const string NeckName = "fpn";

    /// <summary>Name of the path aggregation network in model files.</summary>
    public const string PathAggregationName = "pafpn";

    private const int Part = 5;
    private const int LastStageLevel = 5;

    /// <inheritdoc/>
    public string Name => Downsample.Count == 0 ? NeckName : PathAggregationName;

    /// <summary>
    /// 3 × 3 convolutions with stride 2 of the bottom-up path of a path aggregation network (Liu et al., arXiv 1803.01534): the first is applied to the
    /// finest level, and its result is added to the next level, and so on. Empty: there is no such path.
    /// </summary>
    public IReadOnlyList<ConvolutionLayer> Downsample { get; init; } = [];

    /// <summary>3 × 3 convolution of each level after the sum with the level below, as many as <see cref="Downsample"/>.</summary>
    public IReadOnlyList<ConvolutionLayer> Aggregate { get; init; } = [];

    /// <summary>Prefix of the neck's tensor names in the state dictionary, such as <c>backbone.fpn.</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Describes the feature pyramid for a model.</summary>
    /// <param name="settings">Settings of the model.</param>
    /// <param name="inputs">Number of channels of each of the backbone's feature maps, from the anchors' finest level to level 5.</param>
    /// <param name="prefix">Prefix of the tensor names.</param>
    public static PyramidArchitecture Create(ModelSettings settings, IReadOnlyList<int> inputs, string prefix)
    {
        var (channels, first) = (settings.PyramidChannels, settings.Anchors.MinLevel);
        var levels = Enumerable.Range(first, LastStageLevel - first + 1).ToArray();
        var isFromC5 = settings.P6From == P6Source.C5;
        return new(
            [.. levels.Select((level, i) => Layer($"inner_blocks.{i}.0", inputs[i], 1, 1, level - 1, level))],
            [.. levels.Select((level, i) => Layer($"layer_blocks.{i}.0", channels, 3, 1, Part, level))],
            [.. Enumerable.Range(LastStageLevel + 1, settings.Anchors.MaxLevel - LastStageLevel).Select(level => level == LastStageLevel + 1 && isFromC5
                ? Layer($"extra_blocks.p{level}", inputs[^1], 3, 2, Part - 1, level)
                : Layer($"extra_blocks.p{level}", channels, 3, 2, Part, level))],
            settings.P6From)
        {
            Prefix = prefix,
            Downsample = settings.Neck == NeckKind.Fpn ? [] : [.. levels.Skip(1).Select((level, i) => Layer($"downsample_convs.{i}", channels, 3, 2, Part, level))],
            Aggregate = settings.Neck == NeckKind.Fpn ? [] : [.. levels.Skip(1).Select((level, i) => Layer($"pafpn_convs.{i}", channels, 3, 1, Part, level))],
        };

        ConvolutionLayer Layer(string name, int inputChannels, int kernel, int stride, int inputPart, int level) =>
            new(prefix + name, inputChannels, channels, kernel, stride) { Part = Part, InputPart = inputPart, FirstLevel = level, LastLevel = level };
    }

    /// <summary>Lists all convolutions, in the order of the state dictionary.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => [.. Lateral, .. Output, .. Downsample, .. Aggregate, .. Extra];

    /// <inheritdoc/>
    public IEnumerable<TensorLayout> Tensors() => Layers().SelectMany(layer => layer.Tensors());

    /// <summary>Draws the weights from the Kaiming uniform distribution with a = 1, as torchvision does.</summary>
    /// <inheritdoc/>
    public void Initialize(NetworkState state, long seed)
    {
        foreach (var layer in Layers())
            WeightInitializer.Uniform(state, layer, Math.Sqrt(3.0 / (layer.Inputs * layer.Kernel * layer.Kernel)), seed);
    }

    /// <inheritdoc/>
    public nn.Module<Tensor[], Tensor[]> CreateModule(NetworkState state, NetworkOptions options) => new FeaturePyramid(this, state, options);
}
