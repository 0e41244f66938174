using System.Runtime.Intrinsics;

namespace RetinaSharp.Imaging;

/// <summary>Converts a block of sixteen RGB pixels (48 bytes) between interleaved and planar order, with byte shuffles.</summary>
internal static class RgbBlock
{
    public const int Pixels = 16;
    public const int Bytes = 3 * Pixels;

    // A shuffle index out of range, which gives 0.
    private const byte Z = 255;

    /// <summary>Converts R G B R G B … to sixteen R, sixteen G and sixteen B.</summary>
    public static (Vector128<byte> R, Vector128<byte> G, Vector128<byte> B) Split(ReadOnlySpan<byte> block)
    {
        var x = Vector128.Create(block[..16]);
        var y = Vector128.Create(block.Slice(16, 16));
        var z = Vector128.Create(block.Slice(32, 16));
        var r =
            Vector128.Shuffle(x, Vector128.Create((byte)0, 3, 6, 9, 12, 15, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z))
            | Vector128.Shuffle(y, Vector128.Create((byte)Z, Z, Z, Z, Z, Z, 2, 5, 8, 11, 14, Z, Z, Z, Z, Z))
            | Vector128.Shuffle(z, Vector128.Create((byte)Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, 1, 4, 7, 10, 13));
        var g =
            Vector128.Shuffle(x, Vector128.Create((byte)1, 4, 7, 10, 13, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z))
            | Vector128.Shuffle(y, Vector128.Create((byte)Z, Z, Z, Z, Z, 0, 3, 6, 9, 12, 15, Z, Z, Z, Z, Z))
            | Vector128.Shuffle(z, Vector128.Create((byte)Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, 2, 5, 8, 11, 14));
        var b =
            Vector128.Shuffle(x, Vector128.Create((byte)2, 5, 8, 11, 14, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z))
            | Vector128.Shuffle(y, Vector128.Create((byte)Z, Z, Z, Z, Z, 1, 4, 7, 10, 13, Z, Z, Z, Z, Z, Z))
            | Vector128.Shuffle(z, Vector128.Create((byte)Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, 0, 3, 6, 9, 12, 15));
        return (r, g, b);
    }

    /// <summary>Converts sixteen R, sixteen G and sixteen B to R G B R G B …, the inverse of <see cref="Split"/>.</summary>
    public static void Join(Vector128<byte> r, Vector128<byte> g, Vector128<byte> b, Span<byte> block)
    {
        var x =
            Vector128.Shuffle(r, Vector128.Create((byte)0, Z, Z, 1, Z, Z, 2, Z, Z, 3, Z, Z, 4, Z, Z, 5))
            | Vector128.Shuffle(g, Vector128.Create((byte)Z, 0, Z, Z, 1, Z, Z, 2, Z, Z, 3, Z, Z, 4, Z, Z))
            | Vector128.Shuffle(b, Vector128.Create((byte)Z, Z, 0, Z, Z, 1, Z, Z, 2, Z, Z, 3, Z, Z, 4, Z));
        var y =
            Vector128.Shuffle(r, Vector128.Create((byte)Z, Z, 6, Z, Z, 7, Z, Z, 8, Z, Z, 9, Z, Z, 10, Z))
            | Vector128.Shuffle(g, Vector128.Create((byte)5, Z, Z, 6, Z, Z, 7, Z, Z, 8, Z, Z, 9, Z, Z, 10))
            | Vector128.Shuffle(b, Vector128.Create((byte)Z, 5, Z, Z, 6, Z, Z, 7, Z, Z, 8, Z, Z, 9, Z, Z));
        var z =
            Vector128.Shuffle(r, Vector128.Create((byte)Z, 11, Z, Z, 12, Z, Z, 13, Z, Z, 14, Z, Z, 15, Z, Z))
            | Vector128.Shuffle(g, Vector128.Create((byte)Z, Z, 11, Z, Z, 12, Z, Z, 13, Z, Z, 14, Z, Z, 15, Z))
            | Vector128.Shuffle(b, Vector128.Create((byte)10, Z, Z, 11, Z, Z, 12, Z, Z, 13, Z, Z, 14, Z, Z, 15));
        x.CopyTo(block);
        y.CopyTo(block[16..]);
        z.CopyTo(block[32..]);
    }
}
