namespace RetinaSharp.Torch.Modules;

/// <summary>What follows a convolution and its normalisation; done in the convolution itself where it can be, without another pass over its output.</summary>
/// <param name="Residual">Added: [N, C, H, W], or none.</param>
/// <param name="Rectifies">Whether max(0, x) follows.</param>
public readonly record struct Epilogue(Tensor? Residual = null, bool Rectifies = false)
{
    /// <summary>max(0, x).</summary>
    public static Epilogue Relu { get; } = new(Rectifies: true);

    /// <summary>Does it to a tensor, which is overwritten.</summary>
    /// <param name="tensor">[N, C, H, W].</param>
    internal Tensor Apply(Tensor tensor)
    {
        if (Residual is not null)
            tensor = tensor.Add_(Residual);
        return Rectifies ? tensor.Relu_() : tensor;
    }
}
