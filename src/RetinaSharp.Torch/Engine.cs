using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <summary>LibTorch as a whole: version, threads, devices.</summary>
public static class Engine
{
    /// <summary>Version of LibTorch that was loaded.</summary>
    /// <exception cref="TorchUnavailableException">It cannot be loaded.</exception>
    public static string Version => Shim.EnsureLoaded();

    /// <summary>
    /// Threads that one operator may use where this thread calls it: LibTorch keeps the number for each thread, and new threads start
    /// with what was last changed. LibTorch may start at 1, so that whoever computes sets it.
    /// </summary>
    /// <exception cref="TorchException">The number is not positive.</exception>
    public static int Threads
    {
        get
        {
            Shim.EnsureLoaded();
            return NativeMethods.rt_threads();
        }

        set
        {
            Shim.EnsureLoaded();
            Shim.Check(NativeMethods.rt_set_threads(value));
        }
    }

    /// <summary>
    /// Whether large tensors ask the system for huge pages, as they do at first. Memory that is used again and again is faster so; a process that ends
    /// after an image or two is sooner through without, because whole huge pages take long to come.
    /// </summary>
    /// <param name="use">Whether those that are made from now on do.</param>
    public static void UseHugePages(bool use)
    {
        Shim.EnsureLoaded();
        NativeMethods.rt_use_huge_pages(use ? 1 : 0);
    }

    /// <summary>Kernels of convolutions that this process has compiled so far, one for each shape, type and what follows it; 0 where LibTorch keeps its own.</summary>
    public static long KernelsMade
    {
        get
        {
            Shim.EnsureLoaded();
            return NativeMethods.rt_kernels_made();
        }
    }

    /// <summary>Number of CUDA devices that can be used; 0 where LibTorch was built without CUDA.</summary>
    public static int CudaDevices
    {
        get
        {
            Shim.EnsureLoaded();
            Shim.Check(NativeMethods.rt_cuda_devices(out var count));
            return count;
        }
    }

    /// <summary>Refuses a device that this machine does not have.</summary>
    /// <param name="device">The device that is wanted.</param>
    /// <exception cref="TorchUnavailableException">It is not there.</exception>
    public static void Require(Device device)
    {
        var devices = CudaDevices;
        if (device.IsCpu || Enumerable.Range(0, devices).Any(index => Device.Cuda(index) == device))
            return;
        throw new TorchUnavailableException(devices == 0
            ? $"Device {device} is not there: LibTorch {Version} sees no CUDA device. Use --device cpu, or build against a LibTorch with CUDA (LIBTORCH=/path)."
            : $"Device {device} is not there: LibTorch {Version} sees {devices}, from cuda:0 on.");
    }
}
