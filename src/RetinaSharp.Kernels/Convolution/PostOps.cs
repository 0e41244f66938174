using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>What a fused convolution does with its sums, in this order: scales the channels, adds bias and residual, applies ReLU.</summary>
/// <param name="Residual">A tensor of the output's shape and type; null: none.</param>
/// <param name="Relu">Whether negative outputs become 0. Of NaN oneDNN makes 0, other kernels NaN.</param>
/// <param name="OverwritesResidual">Whether the output may take the memory of <paramref name="Residual"/>, which nobody needs any more. Faster.</param>
/// <param name="Scale">
/// [O] of the weight's type, the factor of each channel before the bias, such as that of a frozen batch norm; null: 1. A constant: it gets no gradient.
/// It is folded into the weight while the convolution is computed; the backward pass folds it again, so that no folded weight is held in between.
/// </param>
public readonly record struct PostOps(Tensor? Residual = null, bool Relu = false, bool OverwritesResidual = false, Tensor? Scale = null)
{
    /// <summary>ReLU alone.</summary>
    public static PostOps OnlyRelu { get; } = new(Relu: true);

    /// <summary>The weight [O, I, K, K] with the scale in it; without one the weight itself.</summary>
    internal Tensor Fold(Tensor weight) => Scale is null ? weight : weight * Scale.view(-1, 1, 1, 1);
}
