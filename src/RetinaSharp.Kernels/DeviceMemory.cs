using RetinaSharp.Kernels.Native;
using TorchSharp;

namespace RetinaSharp.Kernels;

/// <summary>Measures the memory of a device. On the CPU, the memory that is in use is the resident memory of the process.</summary>
public static class DeviceMemory
{
    /// <summary>
    /// Memory in bytes that the process can still allocate on a device. On the CPU, it is the physical memory that no process uses, within the limit of a
    /// container. On CUDA, it does not include memory that LibTorch has reserved and not yet given to a tensor.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <exception cref="TorchUnavailableException">The memory of a CUDA device cannot be read.</exception>
    public static long GetAvailable(torch.Device device) => IsCuda(device) ? CudaDriver.GetMemory(device).Free : ProcessMemory.Available;

    /// <summary>Memory of a device in bytes that is in use: on the CPU by this process, without what it can return to the system, on CUDA by all processes.</summary>
    /// <param name="device">The device.</param>
    /// <exception cref="TorchUnavailableException">The memory of a CUDA device cannot be read.</exception>
    public static long GetUsed(torch.Device device)
    {
        if (!IsCuda(device))
        {
            Heap.ReturnFreedMemory();
            return Environment.WorkingSet;
        }

        var (free, total) = CudaDriver.GetMemory(device);
        return total - free;
    }

    /// <summary>
    /// Runs an action, and returns the largest memory of a device in bytes that was in use meanwhile. On CUDA, it is that at the end, because LibTorch keeps
    /// the memory that it has reserved.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="action">The action. No other thread should allocate memory at the same time.</param>
    /// <exception cref="TorchUnavailableException">The memory of a CUDA device cannot be read.</exception>
    public static long MeasurePeak(torch.Device device, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (!IsCuda(device))
            return ProcessMemory.MeasurePeak(action);
        action();
        return GetUsed(device);
    }

    /// <summary>Returns whether an exception says that LibTorch or .NET could not allocate memory.</summary>
    /// <param name="error">The exception.</param>
    public static bool IsOutOfMemory(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error is OutOfMemoryException || error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            || error.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsCuda(torch.Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == DeviceType.CUDA;
    }
}
