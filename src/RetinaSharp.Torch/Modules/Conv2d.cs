using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch.Modules;

/// <summary>Convolution with a square window.</summary>
public class Conv2d : Module
{
    private readonly Lazy<PackedWeights> _packed = new();
    private readonly int _stride;
    private readonly int _padding;

    /// <summary>Creates it with weights of zero.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">Side of the window; the padding keeps the size at stride 1.</param>
    /// <param name="stride">Step.</param>
    /// <param name="bias">Whether a bias is added.</param>
    public Conv2d(int inputs, int outputs, int kernel, int stride = 1, bool bias = true)
    {
        (Inputs, Outputs, Kernel, _stride, _padding) = (inputs, outputs, kernel, stride, kernel / 2);
        Weight = Register("weight", new Parameter(ParameterKind.Weight, outputs, inputs, kernel, kernel));
        Bias = bias ? Register("bias", new Parameter(ParameterKind.Bias, outputs)) : null;
    }

    /// <summary>Channels in.</summary>
    public int Inputs { get; }

    /// <summary>Channels out.</summary>
    public int Outputs { get; }

    /// <summary>Side of the window.</summary>
    public int Kernel { get; }

    /// <summary>[outputs, inputs, kernel, kernel].</summary>
    public Parameter Weight { get; }

    /// <summary>[outputs], or none.</summary>
    public Parameter? Bias { get; }

    /// <summary>[N, inputs, H, W] to [N, outputs, H', W'].</summary>
    /// <param name="input">The input.</param>
    /// <param name="epilogue">What follows.</param>
    public Tensor Forward(Tensor input, Epilogue epilogue = default) => Forward(input, Weight.Value, Bias?.Value, epilogue);

    /// <summary>The same for maps of different sizes, faster than one by one.</summary>
    /// <param name="inputs">[N, inputs, H, W] each.</param>
    /// <param name="epilogue">What follows; adds nothing.</param>
    /// <exception cref="ArgumentException">The epilogue adds something.</exception>
    public Tensor[] Forward(Tensor[] inputs, Epilogue epilogue = default)
    {
        if (epilogue.Residual is not null)
            throw new ArgumentException("What is added has the size of a single map.", nameof(epilogue));
        return inputs.Length > 0 && _stride == 1 && Functional.HasFusedConvolution(inputs[0])
            ? Functional.FusedConv2d(_packed.Value, inputs, Weight.Value, Bias?.Value, _stride, _padding, epilogue)
            : Array.ConvertAll(inputs, input => Forward(input, epilogue));
    }

    /// <summary>A single map with other weights, such as those with a normalisation folded in; the same ones until the module's change.</summary>
    /// <param name="input">[N, inputs, H, W].</param>
    /// <param name="weight">[outputs, inputs, kernel, kernel].</param>
    /// <param name="bias">[outputs], or none.</param>
    /// <param name="epilogue">What follows.</param>
    public virtual Tensor Forward(Tensor input, Tensor weight, Tensor? bias, Epilogue epilogue = default) =>
        Convolve(Widened(input), weight, bias, _stride, _padding, epilogue);

    /// <summary>Convolution by the engine's own kernels where there are any for the tensors, with packed weights; by LibTorch's operator elsewhere.</summary>
    private protected Tensor Convolve(Tensor input, Tensor weight, Tensor? bias, int stride, int padding, Epilogue epilogue) =>
        Functional.HasFusedConvolution(input)
            ? Functional.FusedConv2d(_packed.Value, input, weight, bias, stride, padding, epilogue)
            : epilogue.Apply(Functional.Conv2d(input, weight, bias, stride, padding));

    /// <inheritdoc/>
    protected override void WeightsChanged()
    {
        if (_packed.IsValueCreated)
            _packed.Value.Forget();
    }

    /// <summary>
    /// A side of a single pixel gets a second one, of zeros like the padding around it, where that leaves the output as it is. In
    /// bfloat16 the oneDNN of LibTorch 1.13 leaves the weights' gradient of such a convolution unwritten: whatever was in
    /// that memory.
    /// </summary>
    private Tensor Widened(Tensor input)
    {
        var (height, width) = (input.Shape[2], input.Shape[3]);
        return _stride == 1 || _padding == 0 || (height > 1 && width > 1) ? input : Functional.Pad(input, 0, width == 1 ? 1 : 0, 0, height == 1 ? 1 : 0);
    }
}
