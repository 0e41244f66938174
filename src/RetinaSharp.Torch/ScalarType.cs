namespace RetinaSharp.Torch;

/// <summary>Type of a tensor's elements; the numbers are LibTorch's.</summary>
public enum ScalarType
{
    /// <summary>Unsigned, 8 bits.</summary>
    UInt8 = 0,

    /// <summary>Signed, 32 bits.</summary>
    Int32 = 3,

    /// <summary>Signed, 64 bits.</summary>
    Int64 = 4,

    /// <summary>IEEE single precision.</summary>
    Float32 = 6,

    /// <summary>IEEE double precision.</summary>
    Float64 = 7,

    /// <summary>True or false, one byte.</summary>
    Bool = 11,

    /// <summary>The upper half of single precision: 8 bits of exponent, 7 of fraction.</summary>
    BFloat16 = 15,
}
