using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>Batch norm (Ioffe and Szegedy, arXiv 1502.03167): in training by the statistics of the batch, else by their moving averages.</summary>
public sealed class BatchNorm2d : AffineNorm2d, IDeferredStatistics
{
    private const double Momentum = .1;

    private readonly bool _isTrained;
    private readonly Parameter _weight, _bias;
    private readonly Tensor _mean, _variance;
    private readonly Queue<(Tensor Mean, Tensor Variance)> _batches = [];

    /// <param name="layer">Its description.</param>
    /// <param name="state">Its tensors.</param>
    /// <param name="isTrained">Whether it gets gradients and uses the statistics of batches.</param>
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
            // With momentum 1 these become mean and variance of the batch itself; the averages move when all shards of a batch are done.
            var (mean, variance) = (zeros_like(_weight).DetachFromDisposeScope(), zeros_like(_weight).DetachFromDisposeScope());
            _batches.Enqueue((mean, variance));
            // In fp32, channels first: LibTorch then adds up in double, and in fp32 where channels are last. The mean of a large map is a hundred times as exact;
            // what is left of a shift's gradient before another such norm depends on it. Shorter types it adds up in fp32 either way.
            var planar = x.dtype == ScalarType.Float32 ? x.contiguous() : x;
            var normalized = nn.functional.batch_norm(planar, mean, variance, _weight, _bias, training: true, momentum: 1, eps: NormLayer.Epsilon).ChannelsLast();
            return Apply(normalized, postOps).MoveToOuterDisposeScope();
        });
    }

    /// <inheritdoc/>
    public void UpdateRunningStats()
    {
        using var guard = no_grad();
        using Scalar momentum = Momentum;
        while (_batches.TryDequeue(out var batch))
        {
            using var scope = NewDisposeScope();
            scope.Attach(batch.Mean);
            scope.Attach(batch.Variance);
            _mean.add_(batch.Mean - _mean, momentum);
            _variance.add_(batch.Variance - _variance, momentum);
        }
    }

    /// <inheritdoc/>
    protected override (Tensor Scale, Tensor Shift) Affine()
    {
        var scale = _weight * (_variance + NormLayer.Epsilon).rsqrt();
        return (scale, _bias - (_mean * scale));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var (mean, variance) in _batches)
            {
                mean.Dispose();
                variance.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
