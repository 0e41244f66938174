using TorchSharp;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>A parameter that an <see cref="Optimizer"/> updates. The caller keeps ownership of the tensors.</summary>
/// <param name="Name">The parameter's name in the state dict, used in messages.</param>
/// <param name="Master">
/// The fp32 master weights that the optimizer updates. The tensor is dense, that is, contiguous in some order of its dimensions, such as
/// channels-last.
/// </param>
/// <param name="GraphWeights">
/// The weights that the autograd graph uses: the same memory as <paramref name="Master"/>, or a bf16 copy with the same shape and strides,
/// which each optimizer step updates too.
/// </param>
/// <param name="Decays">Whether weight decay applies to this parameter; usually false for biases and normalization layers.</param>
public sealed record OptimizedParameter(string Name, torch.Tensor Master, torch.Tensor GraphWeights, bool Decays)
{
    /// <summary>Factor of the learning rate for this parameter, such as a parameter group with a learning rate of its own in PyTorch.</summary>
    public double LearningRateFactor { get; init; } = 1;
}
