using System.Runtime.Intrinsics.X86;

namespace RetinaSharp.Kernels;

/// <summary>Features of this machine's CPU that decide which kernels are used.</summary>
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

    /// <summary>
    /// Whether networks run faster in bf16 than in fp32: with AMX, or with AVX512-BF16 on AMD's CPUs. Intel's CPUs whose AMX is hidden, as in many virtual machines, have
    /// AVX512-BF16 too, and are slower in bf16 (measured in docs/results/libtorch.md).
    /// </summary>
    public static bool HasFastBf16 { get; } = HasAmxBf16 || (HasAvx512Bf16 && IsAmd);

    /// <summary>
    /// Whether the CPU reports the sizes of its caches, as all but some virtual ones do. Without them, oneDNN computes wrong results where it pads channels
    /// (<see href="https://github.com/uxlfoundation/oneDNN/issues/5313">oneDNN 5313</see>), so neither <see cref="FusedConvolution"/> nor LibTorch's operators
    /// use it.
    /// </summary>
    public static bool ReportsCaches { get; } = !X86Base.IsSupported || CacheType(4) != 0 || CacheType(unchecked((int)0x8000001D)) != 0;

    // .NET has no IsSupported for AVX512-BF16 and AMX-BF16.
    // Type of the first cache: 0 if there is none. Leaf 4 is Intel's, 8000001Dh AMD's ("Cache Properties").
    private static int CacheType(int leaf)
    {
        var highest = X86Base.CpuId(leaf & unchecked((int)0x80000000), 0).Eax;
        return (uint)leaf <= (uint)highest ? X86Base.CpuId(leaf, 0).Eax & 0x1F : 0;
    }

    // The vendor's name is "AuthenticAMD"; Ebx has its first four letters.
    private static bool IsAmd => X86Base.CpuId(0, 0).Ebx == 0x68747541;

    private static bool HasLeaf7 => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7;
}
