using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>A convolution and its normalization, which torchvision registers side by side in the module that they are of.</summary>
internal sealed class ConvNorm
{
    private readonly Conv2d _convolution;
    private readonly Norm2d? _norm;

    /// <param name="layer">Their description.</param>
    /// <param name="state">Their tensors.</param>
    /// <param name="options">What the network is for.</param>
    /// <param name="root">The module whose state dictionary has their names; they are registered there.</param>
    public ConvNorm(ConvolutionLayer layer, NetworkState state, NetworkOptions options, ModuleTree root)
    {
        _convolution = layer is { Kernel: 7, Stride: 2, Inputs: 3 } ? new StemConv2d(layer, state, options) : new Conv2d(layer, state, options);
        root.Register(layer.Name, _convolution);
        if (layer.Norm is null)
            return;
        _norm = Norm2d.Create(layer.Norm, state, _convolution.IsTrained);
        root.Register(layer.Norm.Name, _norm);
    }

    /// <summary>[N, I, H, W] to [N, O, H / stride, W / stride].</summary>
    public Tensor Forward(Tensor input, PostOps postOps = default) => Forward([input], postOps)[0];

    /// <inheritdoc cref="Forward(Tensor, PostOps)"/>
    public Tensor[] Forward(Tensor[] inputs, PostOps postOps = default) => _norm is null ? _convolution.Forward(inputs, postOps) : _norm.Forward(_convolution, inputs, postOps);
}
