using RetinaSharp.Datasets.Files;
using RetinaSharp.Datasets.Shards;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads the samples of a shard without index: its headers, and the JSON of each sample, but not the images.</summary>
internal static class WebDatasetShard
{
    // A JSON of annotations with a million boxes has less.
    private const long MaxJsonBytes = 64 << 20;

    /// <summary>Reads the samples in the order of their images. Samples with errors are added to the log and left out.</summary>
    public static List<WebDatasetSample> Read(string path, ProblemLog log)
    {
        // macOS adds a companion ._NAME with attributes to each file.
        List<TarEntry> entries = [.. TarScanner.Scan(path).Where(entry => !Path.GetFileName(entry.Name).StartsWith("._", StringComparison.Ordinal))];
        var jsons = new Dictionary<string, TarEntry>();
        var keys = new HashSet<string>();
        foreach (var entry in entries.Where(entry => IsJson(entry.Name)))
            if (!jsons.TryAdd(KeyOf(entry.Name), entry))
                log.AddError(path, entry.Name, "another entry has this name: the keys of a shard must be unique");
        var samples = new List<WebDatasetSample>();
        var images = entries.Where(entry => ImageFiles.IsImage(entry.Name)).ToLookup(entry => IsKeyWithExtension(entry.Name));
        foreach (var entry in images[true])
            ItemErrors.Collect(log, () => samples.Add(Read(path, entry, jsons, keys)));
        // Another image of a sample, such as its mask KEY.mask.png, is not read.
        foreach (var entry in images[false].Where(entry => !keys.Contains(KeyOf(entry.Name))))
            log.AddError(path, entry.Name, $"the image of its sample, {KeyOf(entry.Name)}.jpg (or another image format), is missing: a key ends at the first dot, so leave further dots out of the names");
        if (entries.Count > 0 && keys.Count == 0)
            log.AddError(path, "", $"has {entries.Count} entries, but no images: a sample is KEY.jpg (or another image format) with KEY.json");
        return samples;
    }

    private static WebDatasetSample Read(string path, TarEntry image, Dictionary<string, TarEntry> jsons, HashSet<string> keys)
    {
        var key = KeyOf(image.Name);
        if (!keys.Add(key))
            throw new DatasetException(path, image.Name, "another image has this key: the keys of a shard must be unique");
        if (!jsons.TryGetValue(key, out var json))
            throw new DatasetException(path, image.Name, $"has no annotations: {key}.json is missing");
        if (json.Length > MaxJsonBytes || image.Length > Array.MaxLength)
            throw new DatasetException(path, json.Length > MaxJsonBytes ? json.Name : image.Name, $"is too large: {Math.Max(json.Length, image.Length)} bytes");
        return WebDatasetSample.Parse(Locate(path, image), image.Name, Locate(path, json));
    }

    private static ImageFile Locate(string path, TarEntry entry) => new($"{path}/{entry.Name}", new(path, entry.Offset, (int)entry.Length));

    private static bool IsJson(string name) => name[KeyOf(name).Length..].Equals(".json", StringComparison.OrdinalIgnoreCase);

    private static bool IsKeyWithExtension(string name) => KeyOf(name).Length == name.Length - Path.GetExtension(name).Length;

    /// <summary>Returns the key of an entry by WebDataset's rule: the path up to the first dot of the file name.</summary>
    private static string KeyOf(string name)
    {
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot < 0 ? name : name[..dot];
    }
}
