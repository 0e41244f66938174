using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Chooses the number type of the computation.</summary>
internal static class ComputeType
{
    /// <summary>What a precision means on a device.</summary>
    public static ScalarType Choose(Precision precision, Device device) => precision switch
    {
        Precision.Fp32 => ScalarType.Float32,
        Precision.Bf16 => ScalarType.BFloat16,
        // Without tiles for it the processor computes bfloat16 more slowly than single precision, even where it has vectors for it
        // (avx512_bf16), and for single precision there is Winograd's convolution besides.
        _ => !device.IsCpu || ProcessorHasTiles.Value ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    /// <summary>The precision that is meant, for <see cref="Precision.Auto"/> too.</summary>
    public static Precision Resolve(Precision precision, Device device) => Choose(precision, device) == ScalarType.Float32 ? Precision.Fp32 : Precision.Bf16;

    // .NET has no question for these units yet; the kernel lists them.
    private static readonly Lazy<bool> ProcessorHasTiles = new(() =>
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
