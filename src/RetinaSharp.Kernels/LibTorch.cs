using System.Runtime.InteropServices;
using RetinaSharp.Kernels.Native;
using TorchSharp;

namespace RetinaSharp.Kernels;

/// <summary>Loads LibTorch and provides its version, number of threads and devices.</summary>
public static class LibTorch
{
    private static readonly Lazy<string> LoadedVersion = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>The version of LibTorch, such as <c>2.10.0</c>. Loads LibTorch if necessary.</summary>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded.</exception>
    public static string Version => LoadedVersion.Value;

    /// <summary>
    /// Installs a resolver for native libraries that lets TorchSharp load on systems whose libstdc++ is older than GCC 13's (Debian 12,
    /// Ubuntu 22.04, RHEL 9). The method does not load anything. It is called when this package is first used; an application that uses
    /// TorchSharp before that must call it first.
    /// </summary>
    public static void Prepare() => NativeLibraries.Install();

    /// <summary>Loads LibTorch if it is not loaded yet.</summary>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded; the message lists what was tried and a remedy.</exception>
    public static void EnsureLoaded() => _ = LoadedVersion.Value;

    /// <summary>
    /// Maximum number of threads that an operator uses if the current thread calls it. Each calling thread has its own setting.
    /// </summary>
    /// <remarks>
    /// When a thread calls its first operator, LibTorch overwrites the thread's setting with the process-wide one. The setter triggers this
    /// before it sets the number. With <see cref="torch.set_num_threads"/> alone the setting would be lost, and with another number of
    /// threads sums may differ in the last bits.
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

    /// <summary>Returns a device after checking that LibTorch can use it.</summary>
    /// <param name="device">The device; null means the CPU.</param>
    /// <returns>The device; the CPU for null.</returns>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded, or the device is not available.</exception>
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

    /// <summary>
    /// Returns the names of the devices that LibTorch can use: <c>cpu</c>, and <c>cuda:0</c>, <c>cuda:1</c>, … if CUDA is available.
    /// </summary>
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
            // If TorchSharp does not find the library, it writes to standard output, which belongs to the application. So the library is
            // loaded here first.
            NativeLibrary.Load(NativeLibraries.TorchSharp, typeof(torch).Assembly, null);
            if (!torch.TryInitializeDeviceType(DeviceType.CPU))
                throw new NotSupportedException("TorchSharp cannot initialize the CPU.");
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception error) when (error is NotSupportedException or DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            throw new TorchUnavailableException(NativeLibraries.Describe(error), error);
        }

        // On CPUs that NNPACK does not support, LibTorch prints a warning for each convolution that it asks NNPACK about.
        TorchContext.DisableNnpack();
        if (!CpuFeatures.ReportsCaches)
            TorchContext.DisableOneDnn();
        return torch.__version__;
    }
}
