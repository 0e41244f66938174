using System.Runtime.InteropServices;
using RetinaSharp.Kernels.Native;
using TorchSharp;

namespace RetinaSharp.Kernels;

/// <summary>LibTorch in this process: loads it, and says what it is and which devices it has.</summary>
public static class LibTorch
{
    private static readonly Lazy<string> LoadedVersion = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Version of LibTorch, such as <c>2.10.0</c>; loads it if need be.</summary>
    /// <exception cref="TorchUnavailableException">It cannot be loaded.</exception>
    public static string Version => LoadedVersion.Value;

    /// <summary>
    /// Lets TorchSharp load where libstdc++ is older than the one that it was built with (Debian 12, Ubuntu 22.04, RHEL 9). Nothing is loaded
    /// yet. The first use of this package does it by itself; an application that uses TorchSharp before calls it first.
    /// </summary>
    public static void Prepare() => NativeLibraries.Install();

    /// <summary>Loads LibTorch if it is not loaded yet.</summary>
    /// <exception cref="TorchUnavailableException">It cannot be loaded; the message says what was tried and what to do.</exception>
    public static void EnsureLoaded() => _ = LoadedVersion.Value;

    /// <summary>Threads that an operator may use when the calling thread calls it. Each thread has a number of its own.</summary>
    /// <remarks>
    /// The first operator of a thread sets its number to what any thread of the process set last. Asking makes that happen before the number is set here; with
    /// <see cref="torch.set_num_threads"/> alone it is lost, and with another number of threads sums may have other bits.
    /// </remarks>
    public static int Threads
    {
        get
        {
            EnsureLoaded();
            return torch.get_num_threads();
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            if (Threads != value)
                torch.set_num_threads(value);
        }
    }

    /// <summary>Requires a device.</summary>
    /// <param name="device">The device; null: the CPU.</param>
    /// <returns>The device.</returns>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded, or has no such device.</exception>
    public static torch.Device Require(torch.Device? device)
    {
        EnsureLoaded();
        if (device is null || device.type == DeviceType.CPU)
            return torch.CPU;
        if (device.type != DeviceType.CUDA)
            throw new TorchUnavailableException($"Device {device} is not supported: use cpu or cuda.");
        var count = CudaDevices(out var error);
        if (error is not null)
        {
            throw new TorchUnavailableException($"Device {device} is not available: LibTorch {Version} was loaded without CUDA ({error.Message.Split('\n')[0].Trim()}). "
                + "Use the CPU, or reference a TorchSharp-cuda package instead of TorchSharp-cpu.", error);
        }

        if (count == 0)
        {
            throw new TorchUnavailableException($"Device {device} is not available: LibTorch {Version} finds no CUDA device. "
                + "Use the CPU, or reference a TorchSharp-cuda package instead of TorchSharp-cpu and install the NVIDIA driver.");
        }

        return Math.Max(0, device.index) < count
            ? device
            : throw new TorchUnavailableException($"Device {device} is not available: LibTorch {Version} finds {count} CUDA devices, cuda:0 to cuda:{count - 1}.");
    }

    /// <summary>Names of the devices: <c>cpu</c>, and <c>cuda:0</c> to the last where there is CUDA.</summary>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded.</exception>
    public static IReadOnlyList<string> Devices()
    {
        EnsureLoaded();
        return ["cpu", .. Enumerable.Range(0, CudaDevices(out _)).Select(index => $"cuda:{index}")];
    }

    private static int CudaDevices(out Exception? error)
    {
        error = null;
        try
        {
            return torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        }
        catch (Exception unavailable) when (unavailable is NotSupportedException or InvalidOperationException or DllNotFoundException or TypeInitializationException)
        {
            error = unavailable;
            return 0;
        }
    }

    private static string Load()
    {
        NativeLibraries.Install();
        try
        {
            // Where TorchSharp does not find it, it writes to the standard output, which belongs to the application.
            NativeLibrary.Load(NativeLibraries.TorchSharp, typeof(torch).Assembly, null);
            if (!torch.TryInitializeDeviceType(DeviceType.CPU))
                throw new NotSupportedException("TorchSharp cannot initialize the CPU.");
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception error) when (error is NotSupportedException or DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            throw new TorchUnavailableException(NativeLibraries.Explain(error), error);
        }

        return torch.__version__;
    }
}
