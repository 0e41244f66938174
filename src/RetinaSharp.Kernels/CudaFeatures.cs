using RetinaSharp.Kernels.Native;

namespace RetinaSharp.Kernels;

/// <summary>Features of CUDA devices that decide how fast bf16 is. Not tried on a GPU.</summary>
public static class CudaFeatures
{
    // Ampere, the first with bf16 tensor cores (CUDA C++ Programming Guide, "Compute Capabilities"). Older GPUs emulate bf16 in fp32.
    private const int FirstWithBf16 = 8;

    /// <summary>Whether a device has instructions for bf16 matrix multiplication: compute capability 8.0 or higher.</summary>
    /// <param name="index">Index of the device, as N of <c>cuda:N</c>.</param>
    /// <returns>False also if there is no such device or no CUDA driver.</returns>
    public static bool HasBf16(int index) => CudaDriver.GetComputeCapabilityMajor(index) >= FirstWithBf16;
}
