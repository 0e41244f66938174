using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Shards;

/// <summary>
/// The index of a packed dataset, <see cref="FileName"/>: its splits, their shards, and where each image is. It is written last, so that a folder with an index
/// is complete.
/// </summary>
/// <param name="Splits">The splits.</param>
internal sealed record ShardIndex(IReadOnlyList<ShardSplit> Splits)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "packed.json";

    /// <summary>Extension of shards.</summary>
    public const string ShardExtension = ".tar";

    private const int Version = 1, StartLength = 256;

    // The first property, which tells the file from any other JSON.
    private const string Marker = "retinaSharpShards";

    private const string Again = "copy the folder again, or pack the dataset again";

    /// <summary>Returns whether a file is an index.</summary>
    public static bool IsIndex(string path) =>
        Path.GetFileName(path) == FileName && File.Exists(path) && DataFiles.ReadStart(path, StartLength).AsSpan().IndexOf("\"retinaSharpShards\""u8) >= 0;

    /// <summary>Writes the index into a folder.</summary>
    public void Write(string folder)
    {
        using var file = new FileStream(Path.Combine(folder, FileName), FileMode.CreateNew);
        using (var writer = new Utf8JsonWriter(file, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(Marker);
            writer.WriteNumber("version"u8, Version);
            writer.WriteEndObject();
            writer.WriteStartArray("splits"u8);
            foreach (var split in Splits)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, split.Name);
                writer.WriteString("annotations"u8, split.Annotations);
                writer.WriteNumber("images"u8, split.Images);
                writer.WriteNumber("shards"u8, split.Shards.Count);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("shards"u8);
            foreach (var (index, split) in Splits.Index())
            {
                foreach (var shard in split.Shards)
                {
                    WriteShard(writer, index, shard);
                    writer.Flush();
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        file.Flush(flushToDisk: true);
    }

    /// <summary>Reads an index. Nothing in it is trusted: names stay in the folder of the index, and images in their shard.</summary>
    /// <param name="path">Path of the index.</param>
    /// <exception cref="DatasetException">The index is corrupt, or was written by a later version.</exception>
    public static ShardIndex Load(string path)
    {
        var json = JsonFile.Load(path);
        json.TryReadEntries(Marker, (name, item) =>
        {
            if (name == "version" && GetInteger(item) > Version)
                throw item.Fail($"is {GetInteger(item)}, and this version reads up to {Version}: use a newer version of the program");
        });
        var splits = new List<ShardSplit>();
        var shards = new List<List<ShardFile>>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var counts = new List<long>();
        var hasSplits = json.TryReadEntries("splits", (_, item) =>
        {
            var name = item.Find("name")?.Text();
            if (name is { Length: 0 } || !names.Add(name ?? ""))
                throw item.Fail($"the split \"{name}\" is listed twice or has no name: {Again}");
            shards.Add([]);
            counts.Add(GetInteger(item.Get("shards")));
            splits.Add(new(name, GetFileName(item.Get("annotations")), (int)Math.Min(int.MaxValue, GetInteger(item.Get("images"))), shards[^1]));
        });
        hasSplits &= json.TryReadEntries("shards", (_, item) =>
        {
            var split = GetInteger(item.Get("split"));
            var shard = ReadShard(item);
            if (split >= splits.Count || !names.Add(shard.Name))
                throw item.Fail($"the shard is of no split, or listed twice: {Again}");
            shards[(int)split].Add(shard);
        });
        if (!hasSplits || splits.Count == 0 || (splits.Count > 1 && splits.Exists(split => split.Name is null)))
            throw new DatasetException(path, "", $"has no list of splits or shards: {Again}");
        foreach (var (split, count) in splits.Zip(counts))
        {
            if (split.Shards.Count != count || split.Shards.Sum(shard => shard.Images.Count) != split.Images)
                throw new DatasetException(path, "splits", $"the split \"{split.Name}\" should have {count} shards and {split.Images} images, but has {split.Shards.Count} and {split.Shards.Sum(shard => shard.Images.Count)}: {Again}");
        }

        return new(splits);
    }

    private static void WriteShard(Utf8JsonWriter writer, int split, ShardFile shard)
    {
        writer.WriteStartObject();
        writer.WriteNumber("split"u8, split);
        writer.WriteString("file"u8, shard.Name);
        writer.WriteNumber("bytes"u8, shard.Bytes);
        // Id, name, offset, length: lists are a third of the size of objects.
        writer.WriteStartArray("images"u8);
        foreach (var image in shard.Images)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(image.Id);
            writer.WriteStringValue(image.Name);
            writer.WriteNumberValue(image.Offset);
            writer.WriteNumberValue(image.Length);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static ShardFile ReadShard(JsonItem item)
    {
        var name = GetFileName(item.Get("file"));
        if (!DataFiles.HasExtension(name, ShardExtension))
            throw item.Fail($"\"{name}\" is not the name of a {ShardExtension} file: {Again}");
        var bytes = GetInteger(item.Get("bytes"));
        return new(name, bytes, [.. item.Get("images").Items().Select(image => ReadImage(image, bytes))]);
    }

    private static ShardImage ReadImage(JsonItem item, long shardBytes)
    {
        if (!item.IsList || item.Value.GetArrayLength() != 4)
            throw item.Fail($"is not a list of id, name, offset and length: {Again}");
        JsonItem[] values = [.. item.Items()];
        if (values[0].Value.ValueKind != JsonValueKind.Number || !values[0].Value.TryGetInt64(out var id))
            throw values[0].Fail($"is not an id: {Again}");
        var (name, offset, length) = (values[1].Text(), GetInteger(values[2]), GetInteger(values[3]));
        if (name.Length == 0 || name[0] == '/' || name.Split('/', '\\').Contains("..") || name.Any(char.IsControl))
            throw values[1].Fail($"\"{name}\" is not a name inside of a shard: {Again}");
        return offset >= TarHeader.BlockSize && length <= Array.MaxLength && offset <= shardBytes && length <= shardBytes - offset
            ? new(id, name, offset, (int)length)
            : throw item.Fail($"the bytes {offset} to {offset + length} are not in the shard of {shardBytes} bytes: {Again}");
    }

    /// <summary>Returns a name of a file in the folder of the index.</summary>
    private static string GetFileName(JsonItem item)
    {
        var name = item.Text();
        return name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0
            ? name
            : throw item.Fail($"\"{name}\" is not the name of a file beside the index: {Again}");
    }

    private static long GetInteger(JsonItem item) =>
        item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetInt64(out var number) && number >= 0
            ? number
            : throw item.Fail(string.Create(CultureInfo.InvariantCulture, $"is not an integer of 0 or more: {Again}"));
}
