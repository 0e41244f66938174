using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>Operations that are fused into a convolution, applied in this order: scale per channel, bias, residual, ReLU.</summary>
/// <param name="Residual">A tensor that is added to the output, with the output's shape and type; null for none.</param>
/// <param name="Relu">Whether ReLU is applied. For NaN, oneDNN's ReLU returns 0; the ReLU of other kernels returns NaN.</param>
/// <param name="OverwritesResidual">
/// Whether the output may overwrite <paramref name="Residual"/>, which saves an allocation and a copy.
/// </param>
/// <param name="Scale">
/// A factor per output channel, [O], of the weight's type, such as that of a frozen batch norm. It is applied before the bias; null means
/// 1. It is treated as a constant and gets no gradient. It is folded into the weight in the forward pass, and again in the backward pass,
/// so that the folded weight need not be kept in between.
/// </param>
public readonly record struct PostOps(Tensor? Residual = null, bool Relu = false, bool OverwritesResidual = false, Tensor? Scale = null)
{
    /// <summary>Post-ops with ReLU only.</summary>
    public static PostOps OnlyRelu { get; } = new(Relu: true);

    /// <summary>Multiplies the weight [O, I, K, K] by the scale; returns the weight itself if there is no scale.</summary>
    internal Tensor Fold(Tensor weight) => Scale is null ? weight : weight * Scale.view(-1, 1, 1, 1);
}
