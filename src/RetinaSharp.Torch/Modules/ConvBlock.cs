namespace RetinaSharp.Torch.Modules;

/// <summary>A convolution (named 0) and, where there is one, its normalisation (named 1).</summary>
public sealed class ConvBlock : Module
{
    private readonly Norm2d? _norm;

    /// <summary>Takes its parts.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="norm">The normalisation after it, or none.</param>
    /// <exception cref="ArgumentException">Both have a shift: the normalisation would take the convolution's bias away.</exception>
    public ConvBlock(Conv2d convolution, Norm2d? norm = null)
    {
        if (norm is not null && convolution.Bias is not null)
            throw new ArgumentException("A convolution before a normalisation has no bias.", nameof(convolution));
        Convolution = Register("0", convolution);
        _norm = norm is null ? null : Register("1", norm);
    }

    /// <summary>The convolution.</summary>
    public Conv2d Convolution { get; }

    /// <summary>[N, C, H, W] to [N, C', H', W'].</summary>
    /// <param name="input">The input.</param>
    /// <param name="epilogue">What follows.</param>
    public Tensor Forward(Tensor input, Epilogue epilogue = default) =>
        _norm is null ? Convolution.Forward(input, epilogue) : _norm.Forward(Convolution, input, epilogue);

    /// <summary>Maps of different sizes, each [N, C, H, W] to [N, C', H', W'], faster than one by one.</summary>
    /// <param name="inputs">The maps.</param>
    /// <param name="epilogue">What follows; adds nothing.</param>
    public Tensor[] Forward(Tensor[] inputs, Epilogue epilogue = default) =>
        _norm is null ? Convolution.Forward(inputs, epilogue) : Array.ConvertAll(inputs, input => Forward(input, epilogue));
}
