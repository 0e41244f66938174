using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>A head: a tower of 3 × 3 convolutions with ReLU, and a last one that predicts, shared by all pyramid levels.</summary>
/// <param name="Tower">Each is followed by ReLU.</param>
/// <param name="Predictor">The last; its output channels are anchors × outputs, outputs fastest.</param>
/// <param name="Outputs">Numbers predicted for each anchor.</param>
public sealed record HeadArchitecture(IReadOnlyList<ConvolutionLayer> Tower, ConvolutionLayer Predictor, int Outputs)
{
    private const int Part = 5;

    /// <summary>Describes a head.</summary>
    /// <param name="settings">The architecture's settings.</param>
    /// <param name="prefix">What stands before all names.</param>
    /// <param name="predictor">Name of the last convolution.</param>
    /// <param name="outputs">Numbers predicted for each anchor.</param>
    public static HeadArchitecture Create(ModelSettings settings, string prefix, string predictor, int outputs)
    {
        var channels = settings.PyramidChannels;
        return new(
            [.. Enumerable.Range(0, settings.HeadConvolutions).Select(i =>
                Layer($"conv.{i}.0", channels, settings.HeadNorm ? new NormLayer($"{prefix}conv.{i}.1", NormKind.Group, channels) : null))],
            Layer(predictor, settings.Anchors.AnchorsPerCell * outputs),
            outputs);

        ConvolutionLayer Layer(string name, int layerOutputs, NormLayer? norm = null) =>
            new(prefix + name, channels, layerOutputs, 3, 1, norm) { Part = Part, InputPart = Part, FirstLevel = settings.Anchors.MinLevel, LastLevel = settings.Anchors.MaxLevel };
    }

    /// <summary>All convolutions, in the order of torchvision's modules.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => Tower.Append(Predictor);
}
