using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>A normalization. It is asked together with the convolution before it, into whose weight it can often be folded.</summary>
internal abstract class Norm2d : nn.Module
{
    protected Norm2d(NormLayer layer)
        : base(layer.Name) => Layer = layer;

    /// <summary>Its description.</summary>
    public NormLayer Layer { get; }

    /// <summary>Makes the normalization of a layer.</summary>
    /// <param name="layer">Its description.</param>
    /// <param name="state">Its tensors; parameters and buffers share their memory.</param>
    /// <param name="isTrained">Whether it gets gradients.</param>
    public static Norm2d Create(NormLayer layer, NetworkState state, bool isTrained) => layer.Kind switch
    {
        NormKind.Frozen => new FrozenBatchNorm2d(layer, state),
        NormKind.Batch => new BatchNorm2d(layer, state, isTrained),
        _ => new GroupNorm(layer, state, isTrained),
    };

    /// <summary>The convolution of each map, normalized, and what follows.</summary>
    public abstract Tensor[] Forward(Conv2d convolution, Tensor[] inputs, PostOps postOps);

    /// <summary>Forgets what was derived from its tensors: they have changed.</summary>
    public virtual void InvalidateCache()
    {
    }

    /// <summary>Adds and applies ReLU, in the memory of the normalized map.</summary>
    protected static Tensor Apply(Tensor normalized, PostOps postOps)
    {
        if (postOps.Residual is not null)
            normalized = normalized.AddInPlace(postOps.Residual);
        return postOps.Relu ? nn.functional.relu(normalized, inplace: true) : normalized;
    }
}
