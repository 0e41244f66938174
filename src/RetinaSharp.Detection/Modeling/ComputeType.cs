using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
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
        // Measured with AVX512-BF16 (docs/results/libtorch.md); other CPUs have no instructions for products of bf16.
        _ => device != DeviceType.CPU || CpuFeatures.HasAmxBf16 || CpuFeatures.HasAvx512Bf16 ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    /// <summary>The precision that is meant, for <see cref="Precision.Auto"/> too.</summary>
    public static Precision Resolve(Precision precision, DeviceType device) => Choose(precision, device) == ScalarType.Float32 ? Precision.Fp32 : Precision.Bf16;
}
