using System.Runtime.InteropServices;

namespace RetinaSharp.Losses;

/// <summary>
/// A bfloat16 number: the upper 16 bits of a single. Blittable, so that a span of them can lie over a tensor's memory.
/// Only storage: all arithmetic is in single.
/// </summary>
/// <param name="bits">The 16 bits: sign, 8 of exponent, 7 of mantissa.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly struct BFloat16(ushort bits) : IEquatable<BFloat16>
{
    /// <summary>The 16 bits as stored.</summary>
    public ushort Bits { get; } = bits;

    /// <summary>Rounds to the nearest number, ties to even; a number beyond the range becomes infinite, NaN stays NaN.</summary>
    /// <param name="value">A single.</param>
    public static explicit operator BFloat16(float value)
    {
        if (float.IsNaN(value))
            return new(0x7FC0);
        var bits = BitConverter.SingleToUInt32Bits(value);
        return new((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>The same number as a single; exact.</summary>
    /// <param name="value">A bfloat16.</param>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>Whether the bits are the same: 0 and -0 differ, a NaN equals itself.</summary>
    /// <param name="other">Another number.</param>
    public bool Equals(BFloat16 other) => Bits == other.Bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bits;

    /// <summary>Whether the bits are the same.</summary>
    /// <param name="left">One number.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(BFloat16 left, BFloat16 right) => left.Equals(right);

    /// <summary>Whether the bits differ.</summary>
    /// <param name="left">One number.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(BFloat16 left, BFloat16 right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
