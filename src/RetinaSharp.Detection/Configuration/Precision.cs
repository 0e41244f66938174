namespace RetinaSharp.Detection.Configuration;

/// <summary>Number type of the network's computation. Weights, loss, box decoding and sums are in single precision always.</summary>
public enum Precision
{
    /// <summary>bfloat16 on GPUs and on processors with instructions for it (AMX-BF16, AVX512-BF16), single precision elsewhere.</summary>
    Auto,

    /// <summary>Single precision.</summary>
    Fp32,

    /// <summary>bfloat16.</summary>
    Bf16,
}
