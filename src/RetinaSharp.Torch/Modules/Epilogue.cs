namespace RetinaSharp.Torch.Modules;

/// <summary>What follows a convolution and its normalisation; done in the convolution itself where it can be, without another pass over its output.</summary>
/// <param name="Residual">Added: [N, C, H, W], or none.</param>
/// <param name="Rectifies">Whether max(0, x) follows.</param>
/// <param name="Overwrites">Whether the residual's memory may become the result's, because nobody reads it any more: not even the way back.</param>
public readonly record struct Epilogue(Tensor? Residual = null, bool Rectifies = false, bool Overwrites = false)
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
