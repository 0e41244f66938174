using System.Runtime.Intrinsics;

namespace RetinaSharp.Imaging;

/// <summary>Blends the RGB pixels of two images.</summary>
public static class PixelBlend
{
    /// <summary>
    /// Replaces each pixel by the weighted mean of two images: weight · pixels + (1 − weight) · other, rounded. The weight is rounded to a multiple of 1 / 256.
    /// </summary>
    /// <param name="pixels">The RGB pixels of the first image, which receive the result; bytes between rows are not modified.</param>
    /// <param name="stride">Number of bytes from one row of <paramref name="pixels"/> to the next, at least 3 · width.</param>
    /// <param name="other">The RGB pixels of the second image.</param>
    /// <param name="otherStride">Number of bytes from one row of <paramref name="other"/> to the next, at least 3 · width.</param>
    /// <param name="width">Width of both images in pixels.</param>
    /// <param name="height">Height of both images in pixels.</param>
    /// <param name="weight">Weight of the first image, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weight"/> is not in [0, 1].</exception>
    public static void Apply(Span<byte> pixels, int stride, ReadOnlySpan<byte> other, int otherStride, int width, int height, double weight)
    {
        PixelRows.Check(pixels, stride, width, height);
        PixelRows.Check(other, otherStride, width, height);
        if (!(weight >= 0 && weight <= 1))
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "must be in [0, 1]");
        // The largest sum, 255 · 256 + 128, fits in 16 bits.
        var factor = (ushort)Math.Round(weight * 256);
        for (var y = 0; y < height; y++)
            Blend(pixels.Slice(y * stride, 3 * width), other.Slice(y * otherStride, 3 * width), factor);
    }

    private static void Blend(Span<byte> row, ReadOnlySpan<byte> other, ushort factor)
    {
        var otherFactor = (ushort)(256 - factor);
        var half = Vector128.Create((ushort)128);
        var at = 0;
        for (; at <= row.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var (a, b) = Vector128.Widen(Vector128.Create<byte>(row[at..]));
            var (c, d) = Vector128.Widen(Vector128.Create(other[at..]));
            Vector128.Narrow(((a * factor) + (c * otherFactor) + half) >>> 8, ((b * factor) + (d * otherFactor) + half) >>> 8).CopyTo(row[at..]);
        }

        for (; at < row.Length; at++)
            row[at] = (byte)(((row[at] * factor) + (other[at] * otherFactor) + 128) >> 8);
    }
}
