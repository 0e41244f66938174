using RetinaSharp.Detection.Configuration;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// Describes RetinaNet's head: a tower of 3 × 3 convolutions with ReLU, then a 3 × 3 convolution that predicts. All pyramid levels share the weights.
/// </summary>
/// <param name="Tower">The 3 × 3 convolutions that are followed by ReLU.</param>
/// <param name="Predictor">The last convolution. Its output channel a · outputs + k is output k of anchor a of the cell.</param>
/// <param name="Outputs">Number of values predicted per anchor.</param>
public sealed record HeadArchitecture(IReadOnlyList<ConvolutionLayer> Tower, ConvolutionLayer Predictor, int Outputs) : IHead
{
    /// <summary>Name of this head in model files.</summary>
    public const string HeadName = "retinanet";

    // Section 4.1 of the focal loss paper.
    private const double InitialDeviation = .01;

    /// <inheritdoc/>
    public string Name => HeadName;

    /// <summary>Prefix of the head's tensor names in the state dictionary, such as <c>head.regression_head.</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Initial bias of the predictor, [outputs], the same for each anchor of a cell.</summary>
    public IReadOnlyList<double> InitialBias { get; init; } = [];

    /// <summary>Describes a head.</summary>
    /// <param name="request">Settings of the model, number of outputs and their initial bias.</param>
    /// <param name="predictor">Name of the last convolution, without the prefix.</param>
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

    /// <summary>Lists all convolutions, in the order of torchvision's modules.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => Tower.Append(Predictor);

    /// <inheritdoc/>
    public IEnumerable<TensorLayout> Tensors() => Layers().SelectMany(layer => layer.Tensors());

    /// <summary>Draws the weights from a normal distribution with σ = .01, and sets the predictor's bias to <see cref="InitialBias"/>.</summary>
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
