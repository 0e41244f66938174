namespace RetinaSharp.Torch.Modules;

/// <summary>
/// Batch normalisation whose statistics, scale and shift are fixed, as detectors use it that start from trained weights.
/// In training too it is folded into the convolution, inside the graph: conv(x, w · s) + b learns exactly what the unfolded
/// form learns, without a pass over the activations.
/// </summary>
public sealed class FrozenBatchNorm2d : AffineNorm2d
{
    private readonly int _weight;
    private readonly int _bias;
    private readonly int _runningMean;
    private readonly int _runningVariance;

    /// <summary>Creates it as the identity.</summary>
    /// <param name="channels">Number of channels.</param>
    public FrozenBatchNorm2d(int channels)
    {
        _weight = RegisterBuffer("weight", channels, 1);
        _bias = RegisterBuffer("bias", channels, 0);
        _runningMean = RegisterBuffer("running_mean", channels, 0);
        _runningVariance = RegisterBuffer("running_var", channels, 1);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Conv2d convolution, Tensor input, Epilogue epilogue = default)
    {
        if (!IsTraining || !convolution.Weight.IsTrainable)
            return ForwardFolded(convolution, input, epilogue);
        var type = convolution.Weight.Value.Type;
        var (scale, shift) = Affine();
        return convolution.Forward(input, convolution.Weight.Value * scale.To(type).View(-1, 1, 1, 1), shift.To(type), epilogue);
    }

    /// <inheritdoc/>
    protected override (Tensor Scale, Tensor Shift) Affine()
    {
        var scale = Buffer(_weight) * (Buffer(_runningVariance) + Epsilon).Rsqrt();
        return (scale, Buffer(_bias) - (Buffer(_runningMean) * scale));
    }
}
