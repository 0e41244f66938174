using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Writes safetensors files with the layout of the official implementation: tensors of wider types come first, then they are ordered by name (ordinal). The
/// header is padded with spaces to a multiple of 8 bytes. Metadata is sorted by key, so that equal content gives equal files.
/// </summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    // Keeps names readable. Escaping for HTML is not needed.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes a file atomically; see <see cref="AtomicFile.Write"/>.
    /// </summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="entries">The tensors, in any order.</param>
    /// <param name="metadata">Free-form key-value strings. The key of the checksum is reserved, and ignored here.</param>
    /// <param name="checksum">Whether to store the SHA-256 of the file in the metadata.</param>
    /// <param name="previous">Path that the old file is renamed to; null: the old file is replaced.</param>
    /// <exception cref="ArgumentException">
    /// Two tensors have the same name, a tensor is called <c>__metadata__</c>, has an invalid shape or wrote a number of bytes that does
    /// not match its shape, or the header exceeds 100 MB. The file is unchanged.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; it is unchanged.</exception>
    public static void Write(
        string path, IEnumerable<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata, bool checksum = true, string? previous = null)
    {
        var ordered = entries.OrderByDescending(e => e.Type).ThenBy(e => e.Name, StringComparer.Ordinal).ToArray();
        var lengths = Lengths(ordered);
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in metadata)
            texts.Add(key, value ?? throw new ArgumentException($"The value of the metadata key '{key}' is null.", nameof(metadata)));
        texts.Remove(SafetensorsHeader.ChecksumKey);
        if (checksum)
            texts[SafetensorsHeader.ChecksumKey] = SafetensorsHeader.ChecksumPlaceholder;
        var header = Header(ordered, lengths, texts);
        AtomicFile.Write(path, file =>
        {
            file.Write(header);
            using var data = new SafetensorsDataStream(file, header);
            WriteData(data, ordered, lengths);
            if (!checksum)
                return;
            // The digest is as long as its placeholder, so the header keeps its length.
            texts[SafetensorsHeader.ChecksumKey] = data.Checksum();
            file.Position = 0;
            file.Write(Header(ordered, lengths, texts));
        }, previous);
    }

    private static long[] Lengths(SafetensorsEntry[] entries)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var lengths = new long[entries.Length];
        var end = 0L;
        for (var i = 0; i < entries.Length; i++)
        {
            var (name, type, shape, _) = entries[i];
            if (name == SafetensorsHeader.MetadataKey || !names.Add(name))
                throw new ArgumentException($"The name '{name}' is reserved or not unique.", nameof(entries));
            if (!type.TryByteLength(shape, out lengths[i]) || lengths[i] > long.MaxValue - end)
                throw new ArgumentException($"The shape [{string.Join(", ", shape)}] of '{name}' is invalid.", nameof(entries));
            end += lengths[i];
        }
        return lengths;
    }

    private static byte[] Header(SafetensorsEntry[] entries, long[] lengths, SortedDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(stackalloc byte[SafetensorsHeader.PrefixLength]);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
                WriteMetadata(json, metadata);
            var begin = 0L;
            for (var i = 0; i < entries.Length; i++)
            {
                WriteTensor(json, entries[i], begin, begin + lengths[i]);
                begin += lengths[i];
            }
            json.WriteEndObject();
        }
        var padding = -buffer.WrittenCount & (Alignment - 1);
        buffer.GetSpan(Alignment)[..padding].Fill((byte)' ');
        buffer.Advance(padding);

        var header = buffer.WrittenSpan.ToArray();
        var length = header.Length - SafetensorsHeader.PrefixLength;
        if (length > SafetensorsHeader.MaxLength)
            throw new ArgumentException($"The header takes {length} bytes, of at most {SafetensorsHeader.MaxLength}.", nameof(metadata));
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, SortedDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, SafetensorsEntry entry, long begin, long end)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Type.FormatName());
        json.WriteStartArray("shape");
        foreach (var dimension in entry.Shape)
            json.WriteNumberValue(dimension);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteData(SafetensorsDataStream data, SafetensorsEntry[] entries, long[] lengths)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var begin = data.Position;
            entries[i].WriteData(data);
            if (data.Position - begin != lengths[i])
            {
                throw new ArgumentException(
                    $"'{entries[i].Name}' wrote {data.Position - begin} bytes where its shape takes {lengths[i]}.", nameof(entries));
            }
        }
    }
}
