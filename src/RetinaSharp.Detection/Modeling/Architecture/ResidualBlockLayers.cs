namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// Describes a residual block: consecutive convolutions with ReLU between them. Their output and the block's input are added, followed by ReLU.
/// </summary>
/// <param name="Convolutions">Two 3 × 3 convolutions in ResNet-18 and 34; else a bottleneck of 1 × 1, 3 × 3 (with the block's stride) and 1 × 1.</param>
/// <param name="Downsample">1 × 1 convolution that projects the block's input to the shape of the output; null if the shapes are equal.</param>
public sealed record ResidualBlockLayers(IReadOnlyList<ConvolutionLayer> Convolutions, ConvolutionLayer? Downsample)
{
    /// <summary>Lists all convolutions, in the order of the state dictionary.</summary>
    public IEnumerable<ConvolutionLayer> Layers() => Downsample is null ? Convolutions : Convolutions.Append(Downsample);
}
