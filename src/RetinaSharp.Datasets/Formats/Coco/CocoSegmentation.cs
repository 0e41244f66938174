using System.Text.Json;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Computes the bounding box of a COCO segmentation: polygons <c>[[x1, y1, x2, y2, ...], ...]</c>, or a run-length encoding <c>{"size": [h, w],
/// "counts": ...}</c>, as a list or compressed to a string.
/// </summary>
internal static class CocoSegmentation
{
    /// <summary>Reads a segmentation. Returns false if it is empty or invalid.</summary>
    /// <param name="reader">The reader, at the value.</param>
    /// <param name="box">Receives the bounding box.</param>
    public static bool TryReadBox(ref Utf8JsonReader reader, out BoxXywh box)
    {
        box = default;
        return reader.TokenType switch
        {
            JsonTokenType.StartArray => TryReadPolygons(ref reader, out box),
            JsonTokenType.StartObject => TryReadRuns(ref reader, out box),
            _ => false,
        };
    }

    private static bool TryReadPolygons(ref Utf8JsonReader reader, out BoxXywh box)
    {
        var (left, top, right, bottom) = (double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity, double.NegativeInfinity);
        var depth = reader.CurrentDepth;
        var isX = true;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            // Each polygon begins with an x coordinate. Some tools write a single polygon without the outer list.
            if (reader.TokenType == JsonTokenType.StartArray)
                isX = true;
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var value) || !double.IsFinite(value))
                continue;
            if (isX)
                (left, right) = (Math.Min(left, value), Math.Max(right, value));
            else
                (top, bottom) = (Math.Min(top, value), Math.Max(bottom, value));
            isX = !isX;
        }

        box = new(left, top, right - left, bottom - top);
        return double.IsFinite(box.Width) && double.IsFinite(box.Height) && double.IsFinite(box.Area);
    }

    private static bool TryReadRuns(ref Utf8JsonReader reader, out BoxXywh box)
    {
        box = default;
        var (height, counts) = (0L, new List<long>());
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var isSize = reader.ValueTextEquals("size"u8);
            var isCounts = reader.ValueTextEquals("counts"u8);
            reader.Read();
            if (isSize && reader.TokenType == JsonTokenType.StartArray)
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out height))
                    return false;
                while (reader.TokenType != JsonTokenType.EndArray && reader.Read())
                {
                }
            }
            else if (isCounts && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count))
                    counts.Add(count);
            }
            else if (isCounts && reader.TokenType == JsonTokenType.String)
            {
                Decompress(reader.GetString()!, counts);
            }
            else
            {
                reader.TrySkip();
            }
        }

        return TryBound(height, counts, out box);
    }

    /// <summary>
    /// Decompresses counts as pycocotools does: characters from '0' with five bits each and a continuation bit; from the third count on, each is
    /// the difference to the second before it.
    /// </summary>
    private static void Decompress(string text, List<long> counts)
    {
        for (var i = 0; i < text.Length;)
        {
            long value = 0;
            var (shift, more) = (0, true);
            while (more && i < text.Length && shift < 60)
            {
                var bits = text[i++] - 48;
                value |= (long)(bits & 0x1F) << shift;
                more = (bits & 0x20) != 0;
                shift += 5;
                if (!more && (bits & 0x10) != 0)
                    value |= -1L << shift;
            }

            counts.Add(counts.Count > 2 ? value + counts[^2] : value);
        }
    }

    /// <summary>Bounds the runs of ones. Runs alternate between zeros and ones and go down the columns.</summary>
    private static bool TryBound(long height, List<long> counts, out BoxXywh box)
    {
        box = default;
        if (height < 1)
            return false;
        var (left, top, right, bottom) = (long.MaxValue, long.MaxValue, -1L, -1L);
        long position = 0;
        for (var i = 0; i < counts.Count; i++)
        {
            if (counts[i] is < 0 or > int.MaxValue)
                return false;
            var end = position + counts[i];
            if (i % 2 == 1 && counts[i] > 0)
            {
                var (firstColumn, lastColumn) = (position / height, (end - 1) / height);
                (left, right) = (Math.Min(left, firstColumn), Math.Max(right, lastColumn));
                top = Math.Min(top, firstColumn == lastColumn ? position % height : 0);
                bottom = Math.Max(bottom, firstColumn == lastColumn ? (end - 1) % height : height - 1);
            }

            position = end;
        }

        if (right < 0)
            return false;
        box = new(left, top, right - left + 1, bottom - top + 1);
        return true;
    }
}
