using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RetinaSharp.Imaging;

/// <summary>
/// Filters images with <see cref="ResamplingWeights"/>: first each row, then each column. The intermediate result is rounded to 8 bits. The computation
/// uses integers, so the result is the same on every machine.
/// </summary>
internal static unsafe class Resampler
{
    // Limit of the memory for filtered rows, unless a single row of the target needs more.
    private const int MaxBufferBytes = 8 << 20;

    /// <summary>
    /// Filters RGB or RGBA pixels to RGB. The target may be the source if it has as many rows: a row is overwritten only after it was filtered.
    /// </summary>
    /// <param name="source">The source pixels, starting at the first byte of the first row.</param>
    /// <param name="channels">Number of channels, 3 or 4; the fourth is dropped.</param>
    /// <param name="sourceStride">Number of bytes from one source row to the next.</param>
    /// <param name="columns">The weights of each column of the target.</param>
    /// <param name="rows">The weights of each row of the target.</param>
    /// <param name="target">Receives the pixels; bytes between rows are not modified.</param>
    /// <param name="targetStride">Number of bytes from one target row to the next.</param>
    public static void Apply(
        ReadOnlySpan<byte> source, int channels, int sourceStride, ResamplingWeights columns, ResamplingWeights rows, Span<byte> target, int targetStride)
    {
        // Only these source rows contribute.
        var sourceRows = rows.First[^1] + rows.Count[^1] - rows.First[0];
        // Writes four bytes per pixel; the next pixel overwrites the fourth byte.
        var (rowBytes, stride) = (3 * columns.First.Length, (3 * columns.First.Length) + 1);
        // Number of filtered rows that the buffer holds.
        var capacity = Math.Min(sourceRows, Math.Max(rows.Taps, MaxBufferBytes / stride));
        var filteredRows = ArrayPool<byte>.Shared.Rent(checked((stride * capacity) + 1));
        try
        {
            fixed (byte* from = source, middle = filteredRows, to = target)
            fixed (short* columnWeights = columns.Weights, rowWeights = rows.Weights)
            {
                var end = from + source.Length;
                // The source rows whose filtered rows are in the buffer. For each row of the target, both ends move down or stay.
                var (firstRow, endRow) = (rows.First[0], rows.First[0]);
                for (var y = 0; y < rows.First.Length; y++)
                {
                    var (first, last) = (rows.First[y], rows.First[y] + rows.Count[y] - 1);
                    if (last - firstRow >= capacity)
                    {
                        filteredRows.AsSpan((first - firstRow) * stride, (endRow - first) * stride).CopyTo(filteredRows);
                        firstRow = first;
                    }

                    for (; endRow <= last; endRow++)
                    {
                        var row = from + ((nint)endRow * sourceStride);
                        var filtered = middle + ((nint)(endRow - firstRow) * stride);
                        if (channels == 4)
                            FilterRow<Rgba>(row, end, filtered, columns, columnWeights);
                        else
                            FilterRow<Rgb>(row, end, filtered, columns, columnWeights);
                    }

                    SumRows(
                        middle + ((nint)(first - firstRow) * stride), stride, rowWeights + ((nint)y * rows.Taps), rows.Count[y], rows.FractionBits,
                        to + ((nint)y * targetStride), rowBytes);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(filteredRows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FilterRow<T>(byte* row, byte* end, byte* to, ResamplingWeights columns, short* weights)
        where T : struct, IPixel
    {
        var half = Vector128.Create(1 << (columns.FractionBits - 1));
        var last = end - Vector128<byte>.Count;
        for (var x = 0; x < columns.First.Length; x++, weights += columns.Taps, to += 3)
        {
            var pixel = row + ((nint)columns.First[x] * T.Bytes);
            var count = columns.Count[x];
            var sum = half;
            // Four pixels at a time; those after the last have weights of 0.
            if (pixel + ((count - 1) / ResamplingWeights.TapMultiple * ResamplingWeights.TapMultiple * T.Bytes) <= last)
            {
                for (var k = 0; k < count; k += ResamplingWeights.TapMultiple, pixel += ResamplingWeights.TapMultiple * T.Bytes)
                {
                    var four = Vector128.Load(pixel);
                    var factors = Vector128.CreateScalarUnsafe(*(long*)(weights + k)).AsInt32();
                    sum += SumPairs(Vector128.Shuffle(four, T.FirstPair).AsInt16(), Vector128.Shuffle(factors, Vector128<int>.Zero).AsInt16());
                    sum += SumPairs(Vector128.Shuffle(four, T.SecondPair).AsInt16(), Vector128.Shuffle(factors, Vector128<int>.One).AsInt16());
                }
            }
            else
            {
                for (var k = 0; k < count; k++, pixel += T.Bytes)
                    sum += Vector128.Create(pixel[0], pixel[1], pixel[2], 0) * (int)weights[k];
            }

            *(uint*)to = Narrow(sum >> columns.FractionBits);
        }
    }

    // Computes a weighted sum of rows, for all their bytes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows(byte* from, nint stride, short* weights, int count, int shift, byte* to, int bytes)
    {
        var at = 0;
        if (Avx2.IsSupported)
        {
            for (; at <= bytes - Vector256<byte>.Count; at += Vector256<byte>.Count)
                SumRows32(from + at, stride, weights, count, shift).Store(to + at);
        }

        for (; at <= bytes - Vector128<byte>.Count; at += Vector128<byte>.Count)
            SumRows16(from + at, stride, weights, count, shift).Store(to + at);
        for (; at < bytes; at++)
        {
            var sum = 1 << (shift - 1);
            for (var k = 0; k < count; k++)
                sum += from[at + (k * stride)] * weights[k];
            to[at] = (byte)Math.Min(sum >> shift, 255);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> SumRows32(byte* from, nint stride, short* weights, int count, int shift)
    {
        var half = Vector256.Create(1 << (shift - 1));
        Vector256<int> a = half, b = half, c = half, d = half;
        // Two rows at a time; after the last row comes one with a weight of 0, for which the last row is read again.
        for (var k = 0; k < count; k += 2, from += 2 * stride)
        {
            var (upper, lower) = (Vector256.Load(from), Vector256.Load(k + 1 < count ? from + stride : from));
            var factors = Vector256.Create(*(int*)(weights + k)).AsInt16();
            var (low, high) = (Avx2.UnpackLow(upper, lower), Avx2.UnpackHigh(upper, lower));
            a += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(low, Vector256<byte>.Zero).AsInt16(), factors);
            b += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(low, Vector256<byte>.Zero).AsInt16(), factors);
            c += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(high, Vector256<byte>.Zero).AsInt16(), factors);
            d += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(high, Vector256<byte>.Zero).AsInt16(), factors);
        }

        // Packing works within 128-bit halves, like unpacking, so it restores the order.
        return Avx2.PackUnsignedSaturate(Avx2.PackSignedSaturate(a >> shift, b >> shift), Avx2.PackSignedSaturate(c >> shift, d >> shift));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> SumRows16(byte* from, nint stride, short* weights, int count, int shift)
    {
        var half = Vector128.Create(1 << (shift - 1));
        Vector128<int> a = half, b = half, c = half, d = half;
        for (var k = 0; k < count; k++, from += stride)
        {
            var factor = (int)weights[k];
            var (low, high) = Vector128.Widen(Vector128.Load(from));
            var (first, second) = Vector128.Widen(low.AsInt16());
            var (third, fourth) = Vector128.Widen(high.AsInt16());
            a += first * factor;
            b += second * factor;
            c += third * factor;
            d += fourth * factor;
        }

        var max = Vector128.Create(255);
        return Vector128.Narrow(
            Vector128.Narrow(Vector128.Min(a >> shift, max), Vector128.Min(b >> shift, max)).AsUInt16(),
            Vector128.Narrow(Vector128.Min(c >> shift, max), Vector128.Min(d >> shift, max)).AsUInt16());
    }

    // Sums the products of adjacent lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> SumPairs(Vector128<short> left, Vector128<short> right)
    {
        if (Sse2.IsSupported)
            return Sse2.MultiplyAddAdjacent(left, right);
        var (leftLow, leftHigh) = Vector128.Widen(left);
        var (rightLow, rightHigh) = Vector128.Widen(right);
        var (low, high) = (leftLow * rightLow, leftHigh * rightHigh);
        return Vector128.Create(low[0] + low[1], low[2] + low[3], high[0] + high[1], high[2] + high[3]);
    }

    // Converts four sums to bytes. Weights are not negative, but rounded weights may sum to slightly more than 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Narrow(Vector128<int> sums)
    {
        var limited = Vector128.Min(sums, Vector128.Create(255));
        var shorts = Vector128.Narrow(limited, limited).AsUInt16();
        return Vector128.Narrow(shorts, shorts).AsUInt32()[0];
    }

    /// <summary>
    /// The layout of a source pixel in memory, RGB or RGBA. The byte shuffles convert four pixels to 16-bit lanes: <see cref="FirstPair"/>
    /// gives R0 R1 G0 G1 B0 B1 0 0, and <see cref="SecondPair"/> gives R2 R3 G2 G3 B2 B3 0 0.
    /// </summary>
    private interface IPixel
    {
        static abstract int Bytes { get; }

        static abstract Vector128<byte> FirstPair { get; }

        static abstract Vector128<byte> SecondPair { get; }
    }

    private readonly struct Rgb : IPixel
    {
        public static int Bytes => 3;

        public static Vector128<byte> FirstPair => Vector128.Create((byte)0, 255, 3, 255, 1, 255, 4, 255, 2, 255, 5, 255, 255, 255, 255, 255);

        public static Vector128<byte> SecondPair => Vector128.Create((byte)6, 255, 9, 255, 7, 255, 10, 255, 8, 255, 11, 255, 255, 255, 255, 255);
    }

    private readonly struct Rgba : IPixel
    {
        public static int Bytes => 4;

        public static Vector128<byte> FirstPair => Vector128.Create((byte)0, 255, 4, 255, 1, 255, 5, 255, 2, 255, 6, 255, 255, 255, 255, 255);

        public static Vector128<byte> SecondPair => Vector128.Create((byte)8, 255, 12, 255, 9, 255, 13, 255, 10, 255, 14, 255, 255, 255, 255, 255);
    }
}
