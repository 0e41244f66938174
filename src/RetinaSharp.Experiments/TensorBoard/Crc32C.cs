using System.IO.Hashing;
using System.Numerics;

namespace RetinaSharp.Experiments.TensorBoard;

/// <summary>The checksum of TFRecord files: masked CRC-32C (Castagnoli).</summary>
internal static class Crc32C
{
    private const uint MaskDelta = 0xA282EAD8;

    /// <summary>Computes the CRC-32C without the mask.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Crc32.HashToUInt32(Crc32ParameterSet.Crc32C, bytes);

    /// <summary>
    /// Computes the masked CRC-32C that TFRecord files contain: the CRC is rotated, and a constant is added. Unmasked, a CRC of data that itself contains
    /// CRCs would be weak.
    /// </summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Compute(bytes), 15) + MaskDelta;
}
