using RetinaSharp.Detection.Configuration;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>RetinaNet's head: a tower of 3 × 3 convolutions with ReLU and a last one that predicts, shared by all pyramid levels.</summary>
/// <param name="Tower">Convolutions with ReLU.</param>
/// <param name="Predictor">The last convolution. Its output channels are anchors × outputs, outputs fastest.</param>
/// <param name="Outputs">Numbers predicted for each anchor.</param>
public sealed record HeadArchitecture(IReadOnlyList<ConvolutionLayer> Tower, ConvolutionLayer Predictor, int Outputs) : IHead
{
    /// <summary>Name of this head in model files.</summary>
    public const string HeadName = "retinanet";

    // Section 4.1 of the paper.
    private const double InitialDeviation = .01;

    /// <inheritdoc/>
    public string Name => HeadName;

    /// <summary>Prefix of its tensors' names.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>[outputs]: bias that the predictor starts with, for each anchor.</summary>
    public IReadOnlyList<double> InitialBias { get; init; } = [];

    /// <summary>Describes a head.</summary>
    /// <param name="request">What it predicts.</param>
    /// <param name="predictor">Name of the last convolution, below the prefix.</param>
    public static HeadArchitecture Create(HeadRequest request, string predictor)
    {
        var (settings, prefix, outputs, initialBias) = request;
        var channels = settings.PyramidChannels;
        return new(
            [.. Enumerable.Range(0, settings.HeadConvolutions).Select(i =>
                Layer($"conv.{i}.0", channels, settings.HeadNorm ? new NormLayer($"{prefix}conv.{i}.1", NormKind.Group, channels) : null))],
            Layer(predictor, settings.Anchors.AnchorsPerCell * outputs),
            outputs)
        { Prefix = prefix, InitialBias = initialBias };

        ConvolutionLayer Layer(string name, int layerOutputs, NormLayer? norm = null) => new(prefix + name, channels, layerOutputs, 3, 1, norm)
        {
            Part = RetinaNetArchitecture.FreezableParts,
            InputPart = RetinaNetArchitecture.FreezableParts,
            FirstLevel = settings.Anchors.MinLevel,
            LastLevel = settings.Anchors.MaxLevel,
        };
    }

    /// <summary>All convolutions, in the order of torchvision's modules.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => Tower.Append(Predictor);

    /// <inheritdoc/>
    public IEnumerable<TensorLayout> Tensors() => Layers().SelectMany(layer => layer.Tensors());

    /// <summary>Sets weights from a normal distribution with σ = .01, and the predictor's bias to <see cref="InitialBias"/>.</summary>
    /// <inheritdoc/>
    public void Initialize(NetworkState state, long seed)
    {
        foreach (var layer in Layers())
            WeightInitializer.Normal(state, layer, InitialDeviation, seed);
        var output = 0;
        WeightInitializer.Fill(state[$"{Predictor.Name}.bias"], () => InitialBias[output++ % Outputs]);
    }

    /// <inheritdoc/>
    public nn.Module<Tensor[], Tensor[]> CreateModule(NetworkState state, NetworkOptions options) => new Head(this, state, options);
}
