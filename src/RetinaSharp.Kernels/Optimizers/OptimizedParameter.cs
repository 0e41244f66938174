using TorchSharp;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>A parameter as an <see cref="Optimizer"/> sees it. The tensors stay the caller's.</summary>
/// <param name="Name">Its name, as in a state dict; for messages.</param>
/// <param name="Master">The fp32 weights that the optimizer updates. Dense: contiguous in some order of its dimensions, such as channels-last.</param>
/// <param name="Value">
/// What the graph uses: the memory of <paramref name="Master"/>, or a bf16 copy of the same shape and strides, which each step writes too.
/// </param>
/// <param name="Decays">Whether weight decay applies. It usually does not for biases and norm layers.</param>
public sealed record OptimizedParameter(string Name, torch.Tensor Master, torch.Tensor Value, bool Decays);
