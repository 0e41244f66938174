using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>A convolution with padding K / 2, fused with residual addition and ReLU.</summary>
public class Conv2d : nn.Module<Tensor, Tensor>, IWeightCache
{
    private readonly PackedWeight _packed = new();
    private readonly ScalarType _type;
    private (Tensor Weight, Tensor? Bias)? _constants;

    /// <summary>Creates the module.</summary>
    /// <param name="layer">Description of the layer.</param>
    /// <param name="state">The network's tensors. The parameters of this module share their memory.</param>
    /// <param name="options">Data type, whether the module trains, and number of frozen backbone parts.</param>
    public Conv2d(ConvolutionLayer layer, NetworkState state, NetworkOptions options)
        : base(nameof(Conv2d))
    {
        (Layer, _type) = (layer, options.Type);
        IsTrained = options.IsTraining && layer.Part >= options.FrozenParts;
        weight = state[$"{layer.Name}.weight"].AsParameter(IsTrained);
        bias = layer.Norm is null ? state[$"{layer.Name}.bias"].AsParameter(IsTrained) : null;
        register_parameter(nameof(weight), weight);
        if (bias is not null)
            register_parameter(nameof(bias), bias);
    }

    /// <summary>Description of the layer.</summary>
    public ConvolutionLayer Layer { get; }

    /// <summary>Whether weight and bias receive gradients.</summary>
    public bool IsTrained { get; }

#pragma warning disable IDE1006 // PyTorch's names.
    /// <summary>The weight [O, I, K, K]: O output channels, I input channels, kernel size K.</summary>
    public Parameter weight { get; }

    /// <summary>The bias [O] of the output channels; null if a normalization follows.</summary>
    public Parameter? bias { get; }
#pragma warning restore IDE1006

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Forward([input], default)[0];

    /// <summary>Convolves each feature map: maps [N, I, H, W] to [N, O, H / stride, W / stride], with I input and O output channels.</summary>
    /// <param name="inputs">Feature maps, each [N, I, H, W], channels-last.</param>
    /// <param name="postOps">Residual addition and ReLU to fuse.</param>
    public Tensor[] Forward(Tensor[] inputs, PostOps postOps)
    {
        if (IsTrained)
            return Forward(inputs, weight, bias, postOps, packed: null);
        var (constantWeight, constantBias) = Constants(() => (weight, bias));
        return Forward(inputs, constantWeight, constantBias, postOps, _packed);
    }

    /// <summary>Convolves with a constant weight that is derived from <see cref="weight"/>, for example by folding a normalization into it.</summary>
    /// <param name="inputs">Feature maps, each [N, I, H, W], channels-last.</param>
    /// <param name="derive">Computes weight and bias in fp32; called once until the cache is invalidated.</param>
    /// <param name="postOps">Residual addition and ReLU to fuse.</param>
    public Tensor[] ForwardConstant(Tensor[] inputs, Func<(Tensor Weight, Tensor? Bias)> derive, PostOps postOps)
    {
        var (constantWeight, constantBias) = Constants(derive);
        return Forward(inputs, constantWeight, constantBias, postOps, _packed);
    }

    /// <summary>Convolves with the given weight.</summary>
    /// <param name="inputs">Feature maps, each [N, I, H, W], channels-last.</param>
    /// <param name="convolutionWeight">The weight, [O, I, K, K].</param>
    /// <param name="convolutionBias">The bias, [O]; null: none.</param>
    /// <param name="postOps">Residual addition and ReLU to fuse.</param>
    /// <param name="packed">Cache of the reordered weight, for a constant weight; null for a weight that changes.</param>
    public virtual Tensor[] Forward(Tensor[] inputs, Tensor convolutionWeight, Tensor? convolutionBias, PostOps postOps, PackedWeight? packed) =>
        FusedConvolution.Forward(inputs, convolutionWeight, convolutionBias, Layer.Stride, Layer.Kernel / 2, postOps, packed, Layer.Groups);

    /// <inheritdoc/>
    public void InvalidateCache()
    {
        _packed.Invalidate();
        _constants?.Weight.Dispose();
        _constants?.Bias?.Dispose();
        _constants = null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            InvalidateCache();
        base.Dispose(disposing);
    }

    private (Tensor Weight, Tensor? Bias) Constants(Func<(Tensor Weight, Tensor? Bias)> derive)
    {
        // The lock is needed because a detector may be called concurrently.
        lock (_packed)
        {
            if (_constants is { } known)
                return known;
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var (made, madeBias) = derive();
            using var rounded = made.to(_type);
            var constants = (rounded.ChannelsLast().DetachFromDisposeScope(), madeBias?.to(_type).alias().DetachFromDisposeScope());
            _constants = constants;
            return constants;
        }
    }
}
