using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetinaSharp.Distributed;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>The memory of a tensor, for collective operations.</summary>
internal static class TensorRegion
{
    /// <summary>Returns the memory. The tensor must stay alive while it is used.</summary>
    /// <param name="tensor">A dense fp32 or bf16 tensor on the CPU.</param>
    public static MemoryRegion Create(Tensor tensor) => tensor.dtype == ScalarType.BFloat16
        ? new(Address(tensor.Elements<ushort>()), tensor.numel(), NumberType.BFloat16)
        : new(Address(tensor.Elements<float>()), tensor.numel(), NumberType.Float32);

    // Memory of LibTorch does not move.
    private static unsafe nint Address<T>(Span<T> elements) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(elements));
}
