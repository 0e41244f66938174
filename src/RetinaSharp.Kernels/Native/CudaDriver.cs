using System.Runtime.InteropServices;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// The functions of NVIDIA's CUDA driver API that this package uses. TorchSharp does not expose the compute capability of a device. The
/// functions return 0 on success.
/// </summary>
internal static partial class CudaDriver
{
    // CUdevice_attribute in cuda.h.
    private const int ComputeCapabilityMajor = 75;

    /// <summary>Returns the major compute capability of a device, such as 8 of 8.6; null if there is no such device or no driver.</summary>
    /// <param name="index">Index of the device. LibTorch counts devices like the driver, which applies <c>CUDA_VISIBLE_DEVICES</c>.</param>
    public static int? GetComputeCapabilityMajor(int index)
    {
        try
        {
            return cuInit(0) == 0 && cuDeviceGet(out var device, index) == 0 && cuDeviceGetAttribute(out var major, ComputeCapabilityMajor, device) == 0 ? major : null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return null;
        }
    }

    [LibraryImport(NativeLibraries.CudaDriver)]
    private static partial int cuInit(uint flags);

    [LibraryImport(NativeLibraries.CudaDriver)]
    private static partial int cuDeviceGet(out int device, int index);

    [LibraryImport(NativeLibraries.CudaDriver)]
    private static partial int cuDeviceGetAttribute(out int value, int attribute, int device);
}
