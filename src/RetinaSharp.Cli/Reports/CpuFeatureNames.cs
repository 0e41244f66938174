using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RetinaSharp.Cli.Reports;

/// <summary>Detects the CPU features that make networks faster.</summary>
internal static class CpuFeatureNames
{
    // .NET has no IsSupported for these; CPUID leaf 7 has their bits (Intel SDM, volume 2A).
    private static readonly (string Name, int Subleaf, Func<(int Eax, int Ebx, int Ecx, int Edx), int> Register, int Bit)[] Leaf7 =
    [
        ("avx512_bf16", 1, cpuid => cpuid.Eax, 5),
        ("amx_bf16", 0, cpuid => cpuid.Edx, 22),
        ("amx_tile", 0, cpuid => cpuid.Edx, 24),
        ("amx_int8", 0, cpuid => cpuid.Edx, 25),
    ];

    /// <summary>Names of the supported features, as in Linux's /proc/cpuinfo.</summary>
    public static IReadOnlyList<string> Supported { get; } = [.. Find()];

    private static IEnumerable<string> Find()
    {
        if (Avx2.IsSupported)
            yield return "avx2";
        if (Fma.IsSupported)
            yield return "fma";
        if (Avx512F.IsSupported)
            yield return "avx512f";
        if (AdvSimd.IsSupported)
            yield return "asimd";
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
            yield break;
        foreach (var (name, subleaf, register, bit) in Leaf7)
            if ((register(X86Base.CpuId(7, subleaf)) >> bit & 1) != 0)
                yield return name;
    }
}
