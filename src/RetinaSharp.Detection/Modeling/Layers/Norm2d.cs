using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>A normalization, computed together with the convolution before it, into whose weight it can often be folded.</summary>
public abstract class Norm2d : nn.Module, IWeightCache
{
    /// <summary>Creates the module.</summary>
    /// <param name="layer">Its description.</param>
    protected Norm2d(NormLayer layer)
        : base(layer.Name) => Layer = layer;

    /// <summary>Its description.</summary>
    public NormLayer Layer { get; }

    /// <summary>Creates the normalization of a layer.</summary>
    /// <param name="layer">Its description.</param>
    /// <param name="state">Its tensors; parameters and buffers share their memory.</param>
    /// <param name="isTrained">Whether it gets gradients.</param>
    public static Norm2d Create(NormLayer layer, NetworkState state, bool isTrained) => layer.Kind switch
    {
        NormKind.Frozen => new FrozenBatchNorm2d(layer, state),
        NormKind.Batch => new BatchNorm2d(layer, state, isTrained),
        _ => new GroupNorm(layer, state, isTrained),
    };

    /// <summary>Convolves and normalizes each map, and applies what is fused.</summary>
    /// <param name="convolution">The convolution before it.</param>
    /// <param name="inputs">[N, I, H, W] each.</param>
    /// <param name="postOps">What to fuse.</param>
    public abstract Tensor[] Forward(Conv2d convolution, Tensor[] inputs, PostOps postOps);

    /// <inheritdoc/>
    public virtual void InvalidateCache()
    {
    }

    /// <summary>Adds the residual and applies ReLU, in place.</summary>
    /// <param name="normalized">The normalized map.</param>
    /// <param name="postOps">What to apply.</param>
    protected static Tensor Apply(Tensor normalized, PostOps postOps)
    {
        if (postOps.Residual is not null)
            normalized = normalized.AddInPlace(postOps.Residual);
        return postOps.Relu ? nn.functional.relu(normalized, inplace: true) : normalized;
    }
}
