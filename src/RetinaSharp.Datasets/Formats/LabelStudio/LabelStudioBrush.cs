using System.Text.Json;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Computes the bounding box of a brush mask of Label Studio: the bytes of an RGBA image, encoded as runs of equal values and runs of single
/// values, in a stream of bits with word sizes in its header.
/// </summary>
internal static class LabelStudioBrush
{
    private const int Channels = 4, Alpha = 3;

    /// <summary>Returns the bounding box of the pixels with opacity. Throws if the runs are invalid or the mask is empty.</summary>
    /// <param name="runs">The list of bytes.</param>
    /// <param name="width">Width of the image in pixels.</param>
    public static Bounds Bounds(JsonItem runs, int width)
    {
        var bytes = runs.Items().Select(item => item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetByte(out var value) ? value : throw item.Fail("is not a byte")).ToArray();
        var bits = new BitReader(bytes);
        long count = bits.Read(32);
        var wordSize = bits.Read(5) + 1;
        Span<int> lengthSizes = stackalloc int[Channels];
        foreach (ref var size in lengthSizes)
            size = (int)bits.Read(4) + 1;

        var bounds = Formats.Bounds.Empty;
        for (long at = 0; at < count && !bits.IsAtEnd;)
        {
            var isRun = bits.Read(1) == 1;
            var end = Math.Min(count, at + 1 + bits.Read(lengthSizes[(int)bits.Read(2)]));
            if (isRun)
            {
                if (bits.Read((int)wordSize) > 0)
                    bounds = Include(bounds, at, end, width);
                at = end;
            }

            for (; !isRun && at < end && !bits.IsAtEnd; at++)
            {
                if (bits.Read((int)wordSize) > 0)
                    bounds = Include(bounds, at, at + 1, width);
            }
        }

        return bounds.IsEmpty ? throw runs.Fail("the brush mask is empty or invalid") : bounds;
    }

    /// <summary>Includes the pixels whose opacity is among the bytes of a range.</summary>
    private static Bounds Include(Bounds bounds, long start, long end, int width)
    {
        var first = (start + Channels - 1 - Alpha) / Channels;
        var last = (end - 1 - Alpha) / Channels;
        if (end - 1 < Alpha || first > last)
            return bounds;
        var (firstRow, lastRow) = (first / width, last / width);
        // A range over several rows has pixels at both borders.
        var (left, right) = firstRow == lastRow ? (first % width, last % width) : (0, width - 1);
        return bounds.Include(left, firstRow).Include(right + 1, lastRow + 1);
    }

    private ref struct BitReader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private long _position;

        public readonly bool IsAtEnd => _position >= _bytes.Length * 8L;

        /// <summary>Reads an integer, most significant bit first. Bits after the end are 0.</summary>
        public long Read(int count)
        {
            long value = 0;
            for (; count > 0; count--, _position++)
                value = value << 1 | (IsAtEnd ? 0L : _bytes[(int)(_position >> 3)] >> (7 - (int)(_position & 7)) & 1L);
            return value;
        }
    }
}
