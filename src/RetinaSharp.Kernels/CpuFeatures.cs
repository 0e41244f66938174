using System.Runtime.Intrinsics.X86;

namespace RetinaSharp.Kernels;

/// <summary>Features of this machine's CPU that decide how fast bf16 is.</summary>
public static class CpuFeatures
{
    /// <summary>Whether the CPU has AVX-512 (F, BW, DQ, VL), which oneDNN's bf16 kernels require.</summary>
    public static bool HasAvx512 { get; } = Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported;

    /// <summary>Whether the CPU has AVX512-BF16: instructions for bf16 dot products, with at most 2x the throughput of fp32.</summary>
    public static bool HasAvx512Bf16 { get; } = HasAvx512 && HasLeaf7 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    /// <summary>
    /// Whether the CPU has AMX-BF16: instructions for bf16 matrix multiplication, with many times the throughput of fp32.
    /// </summary>
    public static bool HasAmxBf16 { get; } = HasAvx512 && HasLeaf7 && (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;

    // .NET has no IsSupported for AVX512-BF16 and AMX-BF16.
    private static bool HasLeaf7 => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7;
}
