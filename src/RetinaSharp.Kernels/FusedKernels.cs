namespace RetinaSharp.Kernels;

/// <summary>Selects between the kernels of this package and LibTorch's operators.</summary>
public static class FusedKernels
{
    private const string Variable = "RETINASHARP_KERNELS";

    /// <summary>
    /// Whether the fused and Winograd kernels are used where they are available: on the CPU, in fp32 and bf16. If false, LibTorch's
    /// operators compute the same results up to rounding. The environment variable <c>RETINASHARP_KERNELS=plain</c> sets the initial value
    /// to false.
    /// </summary>
    public static bool AreEnabled { get; set; } = Environment.GetEnvironmentVariable(Variable) != "plain";
}
