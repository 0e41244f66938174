using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A residual block's forward pass: convolutions with ReLU between them, added to the input, or to its projection where shapes change.</summary>
internal sealed class ResidualBlock
{
    private readonly ConvNorm[] _convolutions;
    private readonly ConvNorm? _downsample;

    /// <param name="layers">Its layers.</param>
    /// <param name="layer">Makes the module of a layer.</param>
    public ResidualBlock(ResidualBlockLayers layers, Func<ConvolutionLayer, ConvNorm> layer)
    {
        _convolutions = [.. layers.Convolutions.Select(layer)];
        _downsample = layers.Downsample is null ? null : layer(layers.Downsample);
    }

    /// <summary>[N, C, H, W] to [N, C', H / stride, W / stride].</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input;
        foreach (var convolution in _convolutions[..^1])
            x = convolution.Forward(x, PostOps.OnlyRelu);
        // A projection is needed for the sum alone, and so is the input itself where nothing is recorded.
        var residual = _downsample?.Forward(input) ?? input;
        return _convolutions[^1].Forward(x, new(residual, Relu: true, OverwritesResidual: _downsample is not null || !is_grad_enabled())).MoveToOuterDisposeScope();
    }
}
