namespace RetinaSharp.Kernels;

/// <summary>Switches between the kernels of this package and LibTorch's own operators.</summary>
public static class FusedKernels
{
    private const string Variable = "RETINASHARP_KERNELS";

    /// <summary>
    /// Whether fused and Winograd kernels are used where they exist: on the CPU, in fp32 and bf16. Where they do not, or with the environment
    /// variable <c>RETINASHARP_KERNELS=plain</c>, LibTorch's operators compute the same.
    /// </summary>
    public static bool AreEnabled { get; set; } = Environment.GetEnvironmentVariable(Variable) != "plain";
}
