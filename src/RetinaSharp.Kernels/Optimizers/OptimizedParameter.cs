using TorchSharp;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>A parameter to be updated by an <see cref="Optimizer"/>. The caller keeps ownership of the tensors.</summary>
/// <param name="Name">The name in the state dict, used in messages.</param>
/// <param name="Master">
/// The fp32 master weights that the optimizer updates. Dense, that is, contiguous in some order of the dimensions, such as channels-last.
/// </param>
/// <param name="Value">
/// The weights that the graph uses: the same memory as <paramref name="Master"/>, or a bf16 copy with the same shape and strides, which
/// each step writes too.
/// </param>
/// <param name="Decays">Whether weight decay applies; usually false for biases and normalization layers.</param>
public sealed record OptimizedParameter(string Name, torch.Tensor Master, torch.Tensor Value, bool Decays);
