using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace RetinaSharp.Kernels.Native;

/// <summary>Reads memory, compute capability and bus id of CUDA devices from NVIDIA's driver, because TorchSharp 0.107 has no function for them.</summary>
internal static partial class CudaDriver
{
    /// <summary>Name of the library in imports; <see cref="FileName"/> is that of its file.</summary>
    public const string Library = "cuda";

    // CUdevice_attribute in cuda.h.
    private const int ComputeCapabilityMajor = 75;

    /// <summary>
    /// Name of the file that the display driver installs. libcuda.so, without a version, is there for the linker only, and may be a stub.
    /// </summary>
    public static string FileName => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Returns the free and the total memory of a device in bytes.</summary>
    /// <exception cref="TorchUnavailableException">There is no driver, or it reports an error.</exception>
    public static (long Free, long Total) GetMemory(torch.Device device)
    {
        try
        {
            Check(cuInit(0));
            // Both count the devices of CUDA_VISIBLE_DEVICES.
            Check(cuDeviceGet(out var handle, Math.Max(0, device.index)));
            // The primary context is that of LibTorch.
            Check(cuDevicePrimaryCtxRetain(out var context, handle));
            try
            {
                Check(cuCtxPushCurrent_v2(context));
                try
                {
                    Check(cuMemGetInfo_v2(out var free, out var total));
                    return ((long)free, (long)total);
                }
                finally
                {
                    _ = cuCtxPopCurrent_v2(out _);
                }
            }
            finally
            {
                _ = cuDevicePrimaryCtxRelease_v2(handle);
            }
        }
        catch (Exception error) when (IsMissing(error))
        {
            throw new TorchUnavailableException($"The memory of device {device} cannot be read: NVIDIA's driver ({FileName}) cannot be loaded.", error);
        }

        void Check(int result)
        {
            if (result != 0)
                throw new TorchUnavailableException($"The memory of device {device} cannot be read: NVIDIA's driver reports error {result}.");
        }
    }

    /// <summary>Returns the major compute capability of a device, such as 8 of 8.6; null if there is no such device or no driver.</summary>
    /// <param name="index">Index of the device. LibTorch counts devices like the driver, which applies <c>CUDA_VISIBLE_DEVICES</c>.</param>
    public static int? GetComputeCapabilityMajor(int index)
    {
        try
        {
            return cuInit(0) == 0 && cuDeviceGet(out var device, index) == 0 && cuDeviceGetAttribute(out var major, ComputeCapabilityMajor, device) == 0 ? major : null;
        }
        catch (Exception error) when (IsMissing(error))
        {
            return null;
        }
    }

    /// <summary>Returns the PCI bus id of a device, such as 0000:3b:00.0; null if there is no such device or no driver.</summary>
    /// <param name="index">Index of the device, as above.</param>
    public static string? GetPciBusId(int index)
    {
        Span<byte> text = stackalloc byte[32];
        try
        {
            return cuInit(0) == 0 && cuDeviceGet(out var device, index) == 0 && cuDeviceGetPCIBusId(text, text.Length, device) == 0 ? Encoding.ASCII.GetString(text).TrimEnd('\0') : null;
        }
        catch (Exception error) when (IsMissing(error))
        {
            return null;
        }
    }

    private static bool IsMissing(Exception error) => error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException;

    [LibraryImport(Library)]
    private static partial int cuInit(uint flags);

    [LibraryImport(Library)]
    private static partial int cuDeviceGet(out int device, int ordinal);

    [LibraryImport(Library)]
    private static partial int cuDeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(Library)]
    private static partial int cuDeviceGetPCIBusId(Span<byte> text, int length, int device);

    [LibraryImport(Library)]
    private static partial int cuDevicePrimaryCtxRetain(out nint context, int device);

    [LibraryImport(Library)]
    private static partial int cuDevicePrimaryCtxRelease_v2(int device);

    [LibraryImport(Library)]
    private static partial int cuCtxPushCurrent_v2(nint context);

    [LibraryImport(Library)]
    private static partial int cuCtxPopCurrent_v2(out nint context);

    [LibraryImport(Library)]
    private static partial int cuMemGetInfo_v2(out nuint free, out nuint total);
}
