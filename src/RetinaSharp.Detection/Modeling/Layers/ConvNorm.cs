using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>A convolution and the normalization after it, computed together. They are registered as two modules, as in torchvision.</summary>
public sealed class ConvNorm
{
    /// <summary>Creates the modules.</summary>
    /// <param name="layer">Description of the convolution and its normalization.</param>
    /// <param name="state">The network's tensors. The parameters and buffers of the created modules share their memory.</param>
    /// <param name="options">Data type, whether the module trains, and number of frozen backbone parts.</param>
    public ConvNorm(ConvolutionLayer layer, NetworkState state, NetworkOptions options)
    {
        Convolution = layer is { Kernel: 7, Stride: 2, Inputs: 3 } ? new StemConv2d(layer, state, options) : new Conv2d(layer, state, options);
        Norm = layer.Norm is null ? null : Norm2d.Create(layer.Norm, state, Convolution.IsTrained);
    }

    /// <summary>The convolution.</summary>
    public Conv2d Convolution { get; }

    /// <summary>The normalization; null if there is none.</summary>
    public Norm2d? Norm { get; }

    /// <summary>Convolves and normalizes a feature map: maps [N, I, H, W] to [N, O, H / stride, W / stride], with I input and O output channels.</summary>
    /// <param name="input">The feature map [N, I, H, W], channels-last.</param>
    /// <param name="postOps">Residual and ReLU to fuse.</param>
    public Tensor Forward(Tensor input, PostOps postOps = default) => Forward([input], postOps)[0];

    /// <summary>Convolves and normalizes each feature map: maps [N, I, H, W] to [N, O, H / stride, W / stride], with I input and O output channels.</summary>
    /// <param name="inputs">Feature maps, each [N, I, H, W], channels-last.</param>
    /// <param name="postOps">Residual and ReLU to fuse.</param>
    public Tensor[] Forward(Tensor[] inputs, PostOps postOps = default) => Norm is null ? Convolution.Forward(inputs, postOps) : Norm.Forward(Convolution, inputs, postOps);
}
