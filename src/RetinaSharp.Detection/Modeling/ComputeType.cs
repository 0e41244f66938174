using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Selects the data type that a network computes in.</summary>
internal static class ComputeType
{
    /// <summary>Returns the data type that a network with a given precision computes in on a device.</summary>
    public static ScalarType Choose(Precision precision, DeviceType device) => precision switch
    {
        Precision.Fp32 => ScalarType.Float32,
        Precision.Bf16 => ScalarType.BFloat16,
        // bf16 is faster on CPUs with AVX512-BF16 (measured in docs/results/libtorch.md); other CPUs lack bf16 multiply instructions.
        _ => device != DeviceType.CPU || CpuFeatures.HasAmxBf16 || CpuFeatures.HasAvx512Bf16 ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    /// <summary>Returns the precision that is used on a device; resolves <see cref="Precision.Auto"/> to fp32 or bf16.</summary>
    public static Precision Resolve(Precision precision, DeviceType device) => Choose(precision, device) == ScalarType.Float32 ? Precision.Fp32 : Precision.Bf16;
}
