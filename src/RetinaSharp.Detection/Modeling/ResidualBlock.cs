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

    /// <param name="block">Its layers.</param>
    /// <param name="layers">Creates their modules.</param>
    public ResidualBlock(ResidualBlockLayers block, LayerFactory layers)
    {
        _convolutions = [.. block.Convolutions.Select(layers.Create)];
        _downsample = block.Downsample is null ? null : layers.Create(block.Downsample);
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
