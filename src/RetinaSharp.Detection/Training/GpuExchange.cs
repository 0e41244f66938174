using RetinaSharp.Distributed;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>Connects the GPUs of the processes by NCCL. Not tried on a GPU.</summary>
internal static class GpuExchange
{
    /// <summary>Connects the GPUs, if every process has NCCL and one that no other uses. All processes call this.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="device">Device of the tensors of this process.</param>
    /// <param name="isAllowed">Whether this process may use NCCL.</param>
    /// <returns>The exchange, which the caller owns; null: the processes exchange host memory.</returns>
    /// <exception cref="DistributedException">NCCL reports an error.</exception>
    public static IDeviceExchange? Create(IProcessGroup group, Device device, bool isAllowed)
    {
        if (group.Size == 1)
            return null;
        var index = Math.Max(0, device.index);
        var bus = isAllowed && device.type == TorchSharp.DeviceType.CUDA && NcclExchange.IsAvailable ? CudaDevice.GetPciBusId(index) : null;
        var all = group.GatherText(bus is null ? "" : $"{group.Machine} {bus}");
        return all.Contains("") || all.Distinct().Count() < all.Count ? null : new NcclExchange(group, new Gpu(device, index));
    }

    private sealed class Gpu(Device device, int index) : IExchangeDevice
    {
        // TorchSharp 0.107 computes on the default stream.
        public nint Stream => 0;

        public IDisposable MakeCurrent() => CudaDevice.MakeCurrent(index);

        public void Synchronize()
        {
            cuda.synchronize(device);
            // TorchSharp's synchronize does not check.
            CheckForErrors();
        }
    }
}
