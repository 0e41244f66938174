using System.Runtime.InteropServices;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>The memory of tensors, for collective operations and digests.</summary>
internal static class TensorBytes
{
    /// <summary>Returns the memory of a tensor, which must stay alive while it is used.</summary>
    /// <param name="tensor">A dense fp32 or bf16 tensor on the CPU.</param>
    public static Span<byte> Of(Tensor tensor) => tensor.numel() == 0 ? []
        : tensor.dtype == ScalarType.BFloat16 ? MemoryMarshal.AsBytes(tensor.Elements<ushort>()) : MemoryMarshal.AsBytes(tensor.Elements<float>());
}
