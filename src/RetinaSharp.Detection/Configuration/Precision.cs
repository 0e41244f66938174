namespace RetinaSharp.Detection.Configuration;

/// <summary>Data type that the network computes in. Master weights, losses, box decoding and accumulation are always fp32.</summary>
public enum Precision
{
    /// <summary>bf16 on GPUs with compute capability 8.0 or higher and on CPUs with AMX-BF16 or AVX512-BF16, fp32 elsewhere.</summary>
    Auto,

    /// <summary>fp32.</summary>
    Fp32,

    /// <summary>bf16.</summary>
    Bf16,
}
