using System.Runtime.InteropServices;
using RetinaSharp.Kernels;

namespace RetinaSharp.Cli.Reports;

/// <summary>Describes the machine that results were computed on.</summary>
internal static class MachineDescription
{
    /// <summary>Returns the number of CPU threads, the CPU features, and the versions of .NET and LibTorch. LibTorch must be loaded.</summary>
    public static string Create() => $"{(Environment.ProcessorCount == 1 ? "one thread" : $"{Environment.ProcessorCount} threads")} of a CPU with {string.Join(", ", CpuFeatureNames.Supported)}; "
        + $"{RuntimeInformation.FrameworkDescription}, LibTorch {LibTorch.Version}";
}
