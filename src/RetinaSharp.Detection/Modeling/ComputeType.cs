using RetinaSharp.Detection.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Chooses the number type of the computation.</summary>
internal static class ComputeType
{
    /// <summary>What a precision means on a device.</summary>
    public static ScalarType Choose(Precision precision, DeviceType device) => precision switch
    {
        Precision.Fp32 => ScalarType.Float32,
        Precision.Bf16 => ScalarType.BFloat16,
        // Without AMX a CPU computes bf16 more slowly than fp32, even with AVX512-BF16, and for fp32 there is Winograd's convolution besides.
        _ => device != DeviceType.CPU || HasAmx.Value ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    /// <summary>The precision that is meant, for <see cref="Precision.Auto"/> too.</summary>
    public static Precision Resolve(Precision precision, DeviceType device) => Choose(precision, device) == ScalarType.Float32 ? Precision.Fp32 : Precision.Bf16;

    // .NET cannot tell yet; Linux lists the features.
    private static readonly Lazy<bool> HasAmx = new(() =>
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) is { } flags
                && flags.Split(' ').Contains("amx_bf16");
        }
        catch (IOException)
        {
            return false;
        }
    });
}
