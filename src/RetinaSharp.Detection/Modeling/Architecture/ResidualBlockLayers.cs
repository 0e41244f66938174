namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>A residual block: convolutions one after the other, ReLU between them, their output added to the input and through ReLU.</summary>
/// <param name="Convolutions">Two of 3 × 3 in ResNet-18 and 34; else 1 × 1, 3 × 3 with the stride, 1 × 1.</param>
/// <param name="Downsample">What the input goes through before the sum, where shapes change; else null.</param>
public sealed record ResidualBlockLayers(IReadOnlyList<ConvolutionLayer> Convolutions, ConvolutionLayer? Downsample)
{
    /// <summary>All convolutions, in the order of the state dictionary.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => Downsample is null ? Convolutions : Convolutions.Append(Downsample);
}
