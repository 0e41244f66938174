using System.IO.Hashing;
using System.Numerics;

namespace RetinaSharp.Experiments.TensorBoard;

/// <summary>The checksum of TensorFlow's record files: CRC-32C (Castagnoli), masked.</summary>
internal static class Crc32C
{
    private const uint MaskDelta = 0xA282EAD8;

    /// <summary>The checksum of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Crc32.HashToUInt32(Crc32ParameterSet.Crc32C, bytes);

    /// <summary>As the files hold it: turned and moved, so that a checksum of data that hold checksums stays a good one.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Compute(bytes), 15) + MaskDelta;
}
