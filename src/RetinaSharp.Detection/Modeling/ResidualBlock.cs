using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// A residual block: ReLU of the sum of the block's input x and its convolutions of x. If the shapes differ, a 1 × 1 convolution projects x before the sum.
/// </summary>
internal sealed class ResidualBlock
{
    private readonly ConvNorm[] _convolutions;
    private readonly ConvNorm? _downsample;

    /// <summary>Creates and registers the block's convolutions.</summary>
    /// <param name="block">Description of the block's layers.</param>
    /// <param name="layers">Factory that creates and registers the modules.</param>
    public ResidualBlock(ResidualBlockLayers block, LayerFactory layers)
    {
        _convolutions = [.. block.Convolutions.Select(layers.Create)];
        _downsample = block.Downsample is null ? null : layers.Create(block.Downsample);
    }

    /// <summary>Maps the input [N, C, H, W] to the block's output [N, C', H / stride, W / stride].</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input;
        foreach (var convolution in _convolutions[..^1])
            x = convolution.Forward(x, PostOps.OnlyRelu);
        // The sum may overwrite the projection, or without autograd the input: neither is needed after the sum.
        var residual = _downsample?.Forward(input) ?? input;
        return _convolutions[^1].Forward(x, new(residual, Relu: true, OverwritesResidual: _downsample is not null || !is_grad_enabled())).MoveToOuterDisposeScope();
    }
}
