using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>Batch norm with constant statistics, weight and bias, as torchvision's FrozenBatchNorm2d.</summary>
public sealed class FrozenBatchNorm2d : AffineNorm2d
{
    private readonly Tensor _weight, _bias, _mean, _variance;
    private (Tensor Scale, Tensor Shift)? _affine;

    /// <summary>Creates the module.</summary>
    /// <param name="layer">Description of the layer.</param>
    /// <param name="state">The network's tensors. The buffers of this module share their memory.</param>
    public FrozenBatchNorm2d(NormLayer layer, NetworkState state)
        : base(layer)
    {
        register_buffer("weight", _weight = state[$"{layer.Name}.weight"].detach());
        register_buffer("bias", _bias = state[$"{layer.Name}.bias"].detach());
        register_buffer("running_mean", _mean = state[$"{layer.Name}.running_mean"].detach());
        register_buffer("running_var", _variance = state[$"{layer.Name}.running_var"].detach());
    }

    /// <inheritdoc/>
    public override Tensor[] Forward(Conv2d convolution, Tensor[] inputs, PostOps postOps)
    {
        if (!convolution.IsTrained)
            return ForwardFolded(convolution, inputs, postOps);
        var (scale, shift) = _affine ??= Constants(convolution.weight.dtype);
        return convolution.Forward(inputs, convolution.weight, shift, postOps with { Scale = scale }, packed: null);
    }

    /// <inheritdoc/>
    public override void InvalidateCache()
    {
        _affine?.Scale.Dispose();
        _affine?.Shift.Dispose();
        _affine = null;
    }

    /// <inheritdoc/>
    protected override (Tensor Scale, Tensor Shift) Affine()
    {
        var scale = _weight * _variance.Plus(NormLayer.Epsilon).rsqrt();
        return (scale, _bias - (_mean * scale));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            InvalidateCache();
        base.Dispose(disposing);
    }

    private (Tensor Scale, Tensor Shift) Constants(ScalarType type)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (scale, shift) = Affine();
        return (scale.to(type).alias().DetachFromDisposeScope(), shift.to(type).alias().DetachFromDisposeScope());
    }
}
