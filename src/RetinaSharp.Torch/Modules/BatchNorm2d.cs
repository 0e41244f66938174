namespace RetinaSharp.Torch.Modules;

/// <summary>Batch normalisation that is trained; at inference it is part of the convolution before it.</summary>
public sealed class BatchNorm2d : AffineNorm2d
{
    private const double Momentum = .1;

    private readonly int _runningMean;
    private readonly int _runningVariance;

    /// <summary>Creates it as the identity.</summary>
    /// <param name="channels">Number of channels.</param>
    public BatchNorm2d(int channels)
    {
        Weight = Register("weight", new Parameter(ParameterKind.Normalization, channels));
        Bias = Register("bias", new Parameter(ParameterKind.Normalization, channels));
        _runningMean = RegisterBuffer("running_mean", channels, 0);
        _runningVariance = RegisterBuffer("running_var", channels, 1);
        using var guard = Autograd.WithoutGradient();
        Weight.Master.Data<float>().Fill(1);
    }

    /// <summary>[C].</summary>
    public Parameter Weight { get; }

    /// <summary>[C].</summary>
    public Parameter Bias { get; }

    /// <summary>Where its parameters are frozen its statistics rest too.</summary>
    /// <inheritdoc/>
    public override Tensor Forward(Conv2d convolution, Tensor input) => IsTraining && Weight.IsTrainable
        ? Functional.BatchNorm(convolution.Forward(input), Weight.Value, Bias.Value, Buffer(_runningMean), Buffer(_runningVariance), true, Momentum, Epsilon)
        : ForwardFolded(convolution, input);

    /// <summary>Its parameters stay in single precision: the operator takes them so beside a shorter input.</summary>
    /// <inheritdoc/>
    public override void To(Device device, ScalarType type) => base.To(device, ScalarType.Float32);

    /// <inheritdoc/>
    protected override (Tensor Scale, Tensor Shift) Affine()
    {
        var scale = Weight.Master.Detach() * (Buffer(_runningVariance) + Epsilon).Rsqrt();
        return (scale, Bias.Master.Detach() - (Buffer(_runningMean) * scale));
    }
}
