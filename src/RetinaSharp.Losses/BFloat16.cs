using System.Runtime.InteropServices;

namespace RetinaSharp.Losses;

/// <summary>
/// A bfloat16 number: the upper 16 bits of an fp32 number. Blittable, so that a span of them can view the memory of a bf16 tensor. A
/// storage type only: arithmetic is done in fp32.
/// </summary>
/// <param name="bits">The raw bits: 1 sign, 8 exponent and 7 mantissa bits.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly struct BFloat16(ushort bits) : IEquatable<BFloat16>
{
    /// <summary>The raw bits.</summary>
    public ushort Bits { get; } = bits;

    /// <summary>
    /// Rounds an fp32 number to the nearest bf16 number, ties to even; numbers out of range become infinite and NaN stays NaN.
    /// </summary>
    /// <param name="value">The fp32 number.</param>
    public static explicit operator BFloat16(float value)
    {
        if (float.IsNaN(value))
            return new(0x7FC0);
        var bits = BitConverter.SingleToUInt32Bits(value);
        return new((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>Converts to fp32, exactly.</summary>
    /// <param name="value">The bf16 number.</param>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>Returns whether the bits are equal. Unlike IEEE equality, 0 and -0 differ and a NaN equals itself.</summary>
    /// <param name="other">The number to compare with.</param>
    public bool Equals(BFloat16 other) => Bits == other.Bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bits;

    /// <summary>Returns whether the bits are equal.</summary>
    /// <param name="left">The first number.</param>
    /// <param name="right">The second number.</param>
    public static bool operator ==(BFloat16 left, BFloat16 right) => left.Equals(right);

    /// <summary>Returns whether the bits differ.</summary>
    /// <param name="left">The first number.</param>
    /// <param name="right">The second number.</param>
    public static bool operator !=(BFloat16 left, BFloat16 right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
