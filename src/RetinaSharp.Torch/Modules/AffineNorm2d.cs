namespace RetinaSharp.Torch.Modules;

/// <summary>A normalisation by running mean and variance, which is an affine map of each channel wherever those are fixed.</summary>
public abstract class AffineNorm2d : Norm2d
{
    /// <summary>Added to the variance.</summary>
    public const double Epsilon = 1e-5;

    private readonly Lock _lock = new();
    private (Tensor Weight, Tensor Bias)? _folded;

    /// <summary>The scale and the shift of each channel: [C] both, single precision, outside of the graph.</summary>
    protected abstract (Tensor Scale, Tensor Shift) Affine();

    /// <summary>Convolution with the affine map folded into its weights. Kept until the weights change; safe for concurrent callers.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="input">Its input.</param>
    /// <param name="epilogue">What follows.</param>
    protected Tensor ForwardFolded(Conv2d convolution, Tensor input, Epilogue epilogue)
    {
        (Tensor Weight, Tensor Bias) folded;
        lock (_lock)
            folded = _folded ??= Fold(convolution);
        return convolution.Forward(input, folded.Weight, folded.Bias, epilogue);
    }

    /// <inheritdoc/>
    protected override void WeightsChanged()
    {
        lock (_lock)
        {
            _folded?.Weight.Dispose();
            _folded?.Bias.Dispose();
            _folded = null;
        }
    }

    private (Tensor Weight, Tensor Bias) Fold(Conv2d convolution)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var (scale, shift) = Affine();
        var type = convolution.Weight.ValueType;
        var weight = (convolution.Weight.Master.Detach() * scale.View(-1, 1, 1, 1)).To(type).ChannelsLast();
        return (TensorScope.Detach(weight), TensorScope.Detach(shift.To(type)));
    }
}
