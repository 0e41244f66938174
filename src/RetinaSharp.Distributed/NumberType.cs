namespace RetinaSharp.Distributed;

/// <summary>Types of numbers in a <see cref="MemoryRegion"/>.</summary>
public enum NumberType
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>64-bit floating point.</summary>
    Float64,

    /// <summary>bfloat16. Sums are rounded to the nearest, ties to even, after each addition.</summary>
    BFloat16,

    /// <summary>Bytes, for broadcasts.</summary>
    Byte,
}
