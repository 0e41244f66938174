using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Selects the data type that a network computes in.</summary>
internal static class ComputeType
{
    /// <summary>Returns the data type that a network with a given precision computes in on a device.</summary>
    public static ScalarType Choose(Precision precision, Device device) => Resolve(precision, device) == Precision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Returns the precision that is used on a device; resolves <see cref="Precision.Auto"/> to bf16 if that is faster on the device, otherwise to fp32.</summary>
    public static Precision Resolve(Precision precision, Device device) =>
        precision != Precision.Auto ? precision
        : HasBf16(device) ? Precision.Bf16
        : Precision.Fp32;

    // The index of the current device is -1 in TorchSharp.
    private static bool HasBf16(Device device) => device.type == DeviceType.CPU
        // Without oneDNN, bf16 convolutions are computed in fp32.
        ? CpuFeatures.ReportsCaches && CpuFeatures.HasFastBf16
        : CudaDevice.HasBf16(Math.Max(0, device.index));
}
