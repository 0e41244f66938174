using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// Batch norm (Ioffe and Szegedy, arXiv 1502.03167). A trained layer normalizes with the statistics of the batch; otherwise the running statistics are used.
/// </summary>
public sealed class BatchNorm2d : AffineNorm2d, IDeferredStatistics
{
    private const double Momentum = .1;

    private readonly bool _isTrained;
    private readonly Parameter _weight, _bias;
    private readonly Tensor _mean, _variance;

    // Mean and variance of each batch, in turn.
    private readonly List<Tensor> _statistics = [];

    /// <summary>Creates the module.</summary>
    /// <param name="layer">Description of the layer.</param>
    /// <param name="state">The network's tensors. The parameters and buffers of this module share their memory.</param>
    /// <param name="isTrained">Whether the parameters receive gradients and the layer normalizes with batch statistics.</param>
    public BatchNorm2d(NormLayer layer, NetworkState state, bool isTrained)
        : base(layer)
    {
        _isTrained = isTrained;
        register_parameter("weight", _weight = state[$"{layer.Name}.weight"].AsParameter(isTrained));
        register_parameter("bias", _bias = state[$"{layer.Name}.bias"].AsParameter(isTrained));
        register_buffer("running_mean", _mean = state[$"{layer.Name}.running_mean"].detach());
        register_buffer("running_var", _variance = state[$"{layer.Name}.running_var"].detach());
    }

    /// <inheritdoc/>
    public override Tensor[] Forward(Conv2d convolution, Tensor[] inputs, PostOps postOps)
    {
        if (!_isTrained)
            return ForwardFolded(convolution, inputs, postOps);
        return Array.ConvertAll(convolution.Forward(inputs, default), x =>
        {
            using var scope = NewDisposeScope();
            scope.Attach(x);
            // Momentum 1 stores mean and variance of the batch itself. UpdateRunningStats adds them to the running statistics later.
            var (mean, variance) = (zeros_like(_weight).DetachFromDisposeScope(), zeros_like(_weight).DetachFromDisposeScope());
            _statistics.AddRange([mean, variance]);
            // fp32 inputs are converted to NCHW: LibTorch accumulates in fp64 there, but in fp32 for NHWC. The mean of a large map is then about 100 times
            // more accurate, which the gradient of a shift before another batch norm needs. bf16 is accumulated in fp32 in both layouts.
            var planar = x.dtype == ScalarType.Float32 ? x.contiguous() : x;
            var normalized = nn.functional.batch_norm(planar, mean, variance, _weight, _bias, training: true, momentum: 1, eps: NormLayer.Epsilon).ChannelsLast();
            return Apply(normalized, postOps).MoveToOuterDisposeScope();
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> TakeStatistics()
    {
        Tensor[] taken = [.. _statistics];
        _statistics.Clear();
        return taken;
    }

    /// <inheritdoc/>
    public void UpdateRunningStats(IReadOnlyList<Tensor> statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        using var guard = no_grad();
        using Scalar momentum = Momentum;
        for (var i = 0; i < statistics.Count; i += 2)
        {
            using var scope = NewDisposeScope();
            _mean.add_(statistics[i] - _mean, momentum);
            _variance.add_(statistics[i + 1] - _variance, momentum);
        }
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
        {
            foreach (var tensor in _statistics)
                tensor.Dispose();
        }

        base.Dispose(disposing);
    }
}
