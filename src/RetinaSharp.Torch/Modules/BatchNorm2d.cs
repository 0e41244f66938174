namespace RetinaSharp.Torch.Modules;

/// <summary>Batch normalisation that is trained; at inference it is part of the convolution before it.</summary>
public sealed class BatchNorm2d : AffineNorm2d
{
    private const double Momentum = .1;

    private readonly List<(int Shard, Tensor Mean, Tensor Variance)> _notes = [];
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
        Weight.Master.Fill_(1);
    }

    /// <summary>[C].</summary>
    public Parameter Weight { get; }

    /// <summary>[C].</summary>
    public Parameter Bias { get; }

    /// <summary>
    /// In training its statistics are those of the shard; the running ones follow with <see cref="Module.Settle"/>. Where its
    /// parameters are frozen its statistics rest too.
    /// </summary>
    /// <inheritdoc/>
    public override Tensor Forward(Conv2d convolution, Tensor input, Epilogue epilogue = default)
    {
        if (!IsTraining || !Weight.IsTrainable)
            return ForwardFolded(convolution, input, epilogue);
        var x = convolution.Forward(input);
        // With momentum 1 these become the mean and the variance of the shard itself.
        var mean = TensorScope.Detach(Weight.Value.EmptyLike().Zero_());
        var variance = TensorScope.Detach(Weight.Value.EmptyLike().Zero_());
        // In single precision, each channel's pixels next to each other: LibTorch then adds up in double, and in single where channels are last. The mean of a large
        // map is a hundred times as exact; what is left of a shift's gradient before another such norm depends on it. Shorter types it adds up in single either way.
        var planar = x.Type == ScalarType.Float32 ? x.Contiguous() : x;
        var output = Functional.BatchNorm(planar, Weight.Value, Bias.Value, mean, variance, true, 1, Epsilon).ChannelsLast();
        lock (_notes)
            _notes.Add((Shard.Index, mean, variance));
        return epilogue.Apply(output);
    }

    /// <inheritdoc/>
    protected override void TakeNotes()
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        lock (_notes)
        {
            foreach (var (_, mean, variance) in _notes.OrderBy(note => note.Shard))
            {
                Buffer(_runningMean).Add_((mean - Buffer(_runningMean)) * Momentum);
                Buffer(_runningVariance).Add_((variance - Buffer(_runningVariance)) * Momentum);
                mean.Dispose();
                variance.Dispose();
            }

            _notes.Clear();
        }
    }

    /// <inheritdoc/>
    protected override (Tensor Scale, Tensor Shift) Affine()
    {
        var scale = Weight.Master.Detach() * (Buffer(_runningVariance) + Epsilon).Rsqrt();
        return (scale, Bias.Master.Detach() - (Buffer(_runningMean) * scale));
    }
}
