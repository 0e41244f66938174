using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// Base class of normalization layers. A normalization is computed together with the preceding convolution. With fixed statistics, it is folded into the
/// weight of the convolution.
/// </summary>
public abstract class Norm2d : nn.Module, IWeightCache
{
    /// <summary>Creates the module.</summary>
    /// <param name="layer">Description of the layer.</param>
    protected Norm2d(NormLayer layer)
        : base(layer.Name) => Layer = layer;

    /// <summary>Description of this layer: name, kind and channels.</summary>
    public NormLayer Layer { get; }

    /// <summary>Creates a normalization of the kind that the layer describes.</summary>
    /// <param name="layer">Description of the layer.</param>
    /// <param name="state">The network's tensors. The parameters and buffers of the created module share their memory.</param>
    /// <param name="isTrained">Whether the parameters receive gradients.</param>
    public static Norm2d Create(NormLayer layer, NetworkState state, bool isTrained) => layer.Kind switch
    {
        NormKind.Frozen => new FrozenBatchNorm2d(layer, state),
        NormKind.Batch => new BatchNorm2d(layer, state, isTrained),
        _ => new GroupNorm(layer, state, isTrained),
    };

    /// <summary>Convolves each feature map, normalizes the result, then adds the residual and applies ReLU.</summary>
    /// <param name="convolution">The preceding convolution.</param>
    /// <param name="inputs">Feature maps, each [N, I, H, W], channels-last.</param>
    /// <param name="postOps">Residual addition and ReLU to fuse.</param>
    public abstract Tensor[] Forward(Conv2d convolution, Tensor[] inputs, PostOps postOps);

    /// <inheritdoc/>
    public virtual void InvalidateCache()
    {
    }

    /// <summary>Adds the residual to a normalized feature map and applies ReLU, in place.</summary>
    /// <param name="normalized">The normalized feature map, [N, C, H, W].</param>
    /// <param name="postOps">Residual and ReLU to apply.</param>
    protected static Tensor Apply(Tensor normalized, PostOps postOps)
    {
        if (postOps.Residual is not null)
            normalized = normalized.AddInPlace(postOps.Residual);
        return postOps.Relu ? nn.functional.relu(normalized, inplace: true) : normalized;
    }
}
