namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Element types of a safetensors file. Names are those of the format, except that BOOL is Bool. The order is that of the official implementation, which
/// writes tensors of the last type first, so that each tensor is aligned to its element size.
/// </summary>
public enum SafetensorsType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>fp16 (IEEE 754 half precision).</summary>
    F16,

    /// <summary>bf16.</summary>
    BF16,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>fp32 (IEEE 754 single precision).</summary>
    F32,

    /// <summary>fp64 (IEEE 754 double precision).</summary>
    F64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,
}
