using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>What a fused convolution does with its output, in this order: adds a residual, applies ReLU.</summary>
/// <param name="Residual">A tensor of the output's shape and type; null: none.</param>
/// <param name="Relu">Whether negative outputs become 0.</param>
/// <param name="OverwritesResidual">Whether the output may take the memory of <paramref name="Residual"/>, which nobody needs any more. Faster.</param>
public readonly record struct PostOps(Tensor? Residual = null, bool Relu = false, bool OverwritesResidual = false)
{
    /// <summary>ReLU alone.</summary>
    public static PostOps OnlyRelu { get; } = new(Relu: true);
}
