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
    /// Loads LibTorch if it is not loaded yet. Call it before the first use of TorchSharp: it also works where libstdc++ is older than
    /// the one that TorchSharp was built with (Debian 12, Ubuntu 22.04, RHEL 9).
    /// </summary>
    /// <exception cref="TorchUnavailableException">It cannot be loaded; the message says what was tried and what to do.</exception>
    public static void EnsureLoaded() => _ = LoadedVersion.Value;

    /// <summary>Requires a device.</summary>
    /// <param name="device">The device.</param>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded, or has no such device.</exception>
    public static void Require(torch.Device device)
    {
        EnsureLoaded();
        if (device.type == DeviceType.CPU)
            return;
        if (device.type != DeviceType.CUDA)
            throw new TorchUnavailableException($"Device {device} is not supported: use cpu or cuda.");
        int count;
        try
        {
            count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException or DllNotFoundException or TypeInitializationException)
        {
            throw new TorchUnavailableException($"Device {device} is not available: LibTorch {Version} was loaded without CUDA ({error.Message.Split('\n')[0].Trim()}). "
                + "Use the CPU, or reference a TorchSharp-cuda package instead of TorchSharp-cpu.", error);
        }

        if (count == 0)
        {
            throw new TorchUnavailableException($"Device {device} is not available: LibTorch {Version} finds no CUDA device. "
                + "Use the CPU, or reference a TorchSharp-cuda package instead of TorchSharp-cpu and install the NVIDIA driver.");
        }

        if (Math.Max(0, device.index) >= count)
            throw new TorchUnavailableException($"Device {device} is not available: LibTorch {Version} finds {count} CUDA devices, cuda:0 to cuda:{count - 1}.");
    }

    private static string Load()
    {
        NativeLibraries.Install();
        try
        {
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
