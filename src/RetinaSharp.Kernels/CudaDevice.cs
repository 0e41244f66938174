using RetinaSharp.Kernels.Native;

namespace RetinaSharp.Kernels;

/// <summary>
/// What TorchSharp 0.107 does not tell of a CUDA device, from NVIDIA's driver and LibTorch. The index of a device is N of <c>cuda:N</c>; LibTorch counts devices like the driver, which applies
/// <c>CUDA_VISIBLE_DEVICES</c>. Not tried on a GPU.
/// </summary>
public static class CudaDevice
{
    // Ampere, the first with bf16 tensor cores (CUDA C++ Programming Guide, "Compute Capabilities"). Older GPUs emulate bf16 in fp32.
    private const int FirstWithBf16 = 8;

    /// <summary>Whether a device has instructions for bf16 matrix multiplication: compute capability 8.0 or higher.</summary>
    /// <param name="index">Index of the device.</param>
    /// <returns>False also if there is no such device or no CUDA driver.</returns>
    public static bool HasBf16(int index) => CudaDriver.GetComputeCapabilityMajor(index) >= FirstWithBf16;

    /// <summary>
    /// Returns the PCI bus id of a device, which no other GPU of the machine has; null if there is no such device or no CUDA driver. Parts of a GPU (MIG) have that of the GPU.
    /// </summary>
    /// <param name="index">Index of the device.</param>
    public static string? GetPciBusId(int index) => CudaDriver.GetPciBusId(index);

    /// <summary>Makes a device the current one of the calling thread.</summary>
    /// <param name="index">Index of the device.</param>
    /// <returns>Restores the device before; to be disposed on the same thread.</returns>
    /// <exception cref="TorchOperatorException">There is no such device.</exception>
    public static IDisposable MakeCurrent(int index) =>
        StableAbi.aoti_torch_create_device_guard(index, out var guard) == 0 ? new Guard(guard) : throw new TorchOperatorException($"cuda:{index} cannot be made the current device.");

    private sealed class Guard(nint guard) : IDisposable
    {
        public void Dispose() => _ = StableAbi.aoti_torch_delete_device_guard(guard);
    }
}
