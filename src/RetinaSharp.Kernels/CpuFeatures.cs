using System.Runtime.Intrinsics.X86;

namespace RetinaSharp.Kernels;

/// <summary>What this machine's processor has for bf16.</summary>
public static class CpuFeatures
{
    /// <summary>AVX-512 with byte, word and doubleword instructions: where oneDNN has kernels for bf16 at all.</summary>
    public static bool HasAvx512 { get; } = Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported;

    /// <summary>AVX512-BF16: dot products of bf16, at most twice as fast as those of fp32.</summary>
    public static bool HasAvx512Bf16 { get; } = HasAvx512 && HasLeaf7 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    /// <summary>AMX-BF16: products of matrices of bf16, many times as fast as those of fp32.</summary>
    public static bool HasAmxBf16 { get; } = HasAvx512 && HasLeaf7 && (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;

    // .NET has no names for the two above.
    private static bool HasLeaf7 => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7;
}
