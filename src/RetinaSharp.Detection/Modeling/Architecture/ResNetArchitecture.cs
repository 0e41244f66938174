using RetinaSharp.Detection.Configuration;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// Describes a ResNet (He et al., arXiv 1512.03385) or ResNeXt (Xie et al., arXiv 1611.05431) without its classifier: a stem and four stages, whose outputs are called C2 to C5. Tensors have
/// torchvision's names.
/// </summary>
/// <param name="Stem">7 × 7 convolution with stride 2, followed by ReLU and 3 × 3 max pooling with stride 2.</param>
/// <param name="Stages">The residual blocks of each of the four stages.</param>
public sealed record ResNetArchitecture(ConvolutionLayer Stem, IReadOnlyList<IReadOnlyList<ResidualBlockLayers>> Stages) : IBackbone
{
    /// <summary>Name of this backbone in model files.</summary>
    public const string BackboneName = "resnet";

    private const int Expansion = 4;

    /// <inheritdoc/>
    public string Name => BackboneName;

    /// <summary>Index of the first stage whose output is passed to the neck; 0 for C2.</summary>
    public int FirstStage { get; init; }

    /// <summary>Prefix of the backbone's tensor names in the state dictionary, such as <c>backbone.body.</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <inheritdoc/>
    public IReadOnlyList<int> Channels => [.. Stages.Skip(FirstStage).Select(blocks => blocks[^1].Convolutions[^1].Outputs)];

    /// <summary>Returns the index, from 0, of the stage whose output has stride 2^level.</summary>
    /// <param name="level">Pyramid level, 2 to 5.</param>
    public static int StageOfLevel(int level) => level - 2;

    /// <summary>Describes a ResNet.</summary>
    /// <param name="variant">Kind and number of the residual blocks.</param>
    /// <param name="width">Factor of the number of channels of each layer; with 1, the stem has 64 channels.</param>
    /// <param name="norm">Kind of normalization after each convolution.</param>
    /// <param name="prefix">Prefix of the tensor names.</param>
    /// <param name="firstStage">Index of the first stage whose output is passed to the neck; 0 for C2.</param>
    public static ResNetArchitecture Create(ResNetVariant variant, double width, NormKind norm, string prefix = "", int firstStage = 0)
    {
        var channels = Math.Max(8, (int)Math.Round(64 * width / 8) * 8);
        var stem = new ConvolutionLayer($"{prefix}conv1", 3, channels, 7, 2, new($"{prefix}bn1", norm, channels)) { Part = 0, InputPart = -1, FirstLevel = 1, LastLevel = 1 };
        var stages = new List<IReadOnlyList<ResidualBlockLayers>>();
        var inputs = channels;
        foreach (var (stage, count) in variant.Blocks.Index())
        {
            var blocks = new List<ResidualBlockLayers>();
            for (var block = 0; block < count; block++)
            {
                blocks.Add(Block($"{prefix}layer{stage + 1}.{block}", variant, inputs, channels, isFirst: block == 0, stage + 1, norm));
                inputs = blocks[^1].Convolutions[^1].Outputs;
            }

            stages.Add(blocks);
            channels *= 2;
        }

        return new(stem, stages) { FirstStage = firstStage, Prefix = prefix };
    }

    /// <summary>Lists all convolutions, in the order of the state dictionary.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => Stages.SelectMany(blocks => blocks).SelectMany(block => block.Layers()).Prepend(Stem);

    /// <inheritdoc/>
    public IEnumerable<TensorLayout> Tensors() => Layers().SelectMany(layer => layer.Tensors());

    /// <summary>Draws the weights from the Kaiming normal distribution (fan out), which preserves the variance of gradients through ReLU.</summary>
    /// <inheritdoc/>
    public void Initialize(NetworkState state, long seed)
    {
        foreach (var layer in Layers())
            WeightInitializer.Normal(state, layer, Math.Sqrt(2.0 / (layer.Outputs * layer.Kernel * layer.Kernel)), seed);
    }

    /// <inheritdoc/>
    public nn.Module<Tensor, Tensor[]> CreateModule(NetworkState state, NetworkOptions options) => new ResNet(this, state, options);

    private static ResidualBlockLayers Block(string name, ResNetVariant variant, int inputs, int channels, bool isFirst, int stage, NormKind norm)
    {
        // The stem's max pooling downsamples for the first stage. Each later stage downsamples in the first 3 x 3 convolution of its first
        // block, as in torchvision.
        var (from, level) = (isFirst ? stage - 1 : stage, stage + 1);
        var stride = isFirst && stage > 1 ? 2 : 1;
        var inputLevel = stride == 2 ? level - 1 : level;
        var outputs = variant.HasBottlenecks ? channels * Expansion : channels;
        var hidden = variant.HiddenChannels(channels);
        ConvolutionLayer[] convolutions = variant.HasBottlenecks
            ? [Layer(1, inputs, hidden, 1, 1, from, inputLevel), Layer(2, hidden, hidden, 3, stride, stage, level) with { Groups = variant.Groups }, Layer(3, hidden, outputs, 1, 1, stage, level)]
            : [Layer(1, inputs, channels, 3, stride, from, level), Layer(2, channels, outputs, 3, 1, stage, level)];
        var downsample = stride == 1 && inputs == outputs
            ? null
            : Make($"{name}.downsample.0", $"{name}.downsample.1", inputs, outputs, 1, stride, from, level);
        return new(convolutions, downsample);

        ConvolutionLayer Layer(int number, int layerInputs, int layerOutputs, int kernel, int layerStride, int inputPart, int layerLevel) =>
            Make($"{name}.conv{number}", $"{name}.bn{number}", layerInputs, layerOutputs, kernel, layerStride, inputPart, layerLevel);

        ConvolutionLayer Make(string convolution, string normName, int layerInputs, int layerOutputs, int kernel, int layerStride, int inputPart, int layerLevel) =>
            new(convolution, layerInputs, layerOutputs, kernel, layerStride, new(normName, norm, layerOutputs)) { Part = stage, InputPart = inputPart, FirstLevel = layerLevel, LastLevel = layerLevel };
    }
}
