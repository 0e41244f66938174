using RetinaSharp.Datasets.Files;
using RetinaSharp.Datasets.Shards;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads tar shards without an index, in the layout of WebDataset: KEY.jpg with KEY.json. The headers and the JSON of all shards are read when the dataset is
/// opened. The split of a shard is a word of its name, or the name of its folder.
/// </summary>
internal sealed class WebDatasetReader : IDatasetReader
{
    private static readonly char[] Separators = ['_', '-', '.', ' '];

    public string Name => "WebDataset";

    public bool Reads(string file) => DataFiles.HasExtension(file, ShardIndex.ShardExtension);

    public bool Reads(DataFolder folder, DatasetOptions options) => folder.WithExtension(ShardIndex.ShardExtension).Any();

    public SplitList FindSplits(string file, DatasetOptions options) => new([]);

    public SplitList FindSplits(DataFolder folder, DatasetOptions options)
    {
        string[] shards = [.. folder.WithExtension(ShardIndex.ShardExtension)];
        return SplitList.Find(name => Array.Exists(shards, shard => IsOfSplit(folder.Path, shard, name)));
    }

    public DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log) =>
        split is null ? Read(source, file, [Path.GetFullPath(file)], _ => true, options, log) : throw new DatasetException(file, "", $"is one shard, without splits: leave #{split} out");

    public DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log)
    {
        string[] shards = [.. folder.WithExtension(ShardIndex.ShardExtension).Select(Path.GetFullPath)];
        return split is null || Array.Exists(shards, shard => IsOfSplit(folder.Path, shard, split))
            ? Read(source, folder.Path, shards, shard => split is null || IsOfSplit(folder.Path, shard, split), options, log)
            : throw new DatasetException(folder.Path, "", $"has no split \"{split}\": no shard has that word in its name, or a folder of that name");
    }

    private static bool IsOfSplit(string root, string shard, string split) =>
        Path.GetFileNameWithoutExtension(shard).Split(Separators).Any(word => SplitNames.AreEqual(word, split))
        || SplitNames.IsInFolders(Path.GetRelativePath(Path.GetFullPath(root), shard), split);

    private static DetectionDataset Read(string source, string path, string[] shards, Predicate<string> isSelected, DatasetOptions options, ProblemLog log)
    {
        // All shards are read, so that all splits have the same classes.
        var samples = ParallelRead.Select(shards, log, WebDatasetShard.Read);
        var (categories, indexOfClass) = FindClasses(samples.OfType<List<WebDatasetSample>>().SelectMany(shard => shard).SelectMany(sample => sample.Objects));
        WebDatasetSample[] selected = [.. shards.Zip(samples).Where(pair => pair.Second is not null && isSelected(pair.First)).SelectMany(pair => pair.Second)];
        var sizes = ParallelRead.Select(selected, log, GetSize);

        // Ids of the shards only if all have one of their own: detections name them.
        var keepsIds = AreUnique([.. selected.Select(sample => sample.Id)]);
        // Other tools may count the annotations of each image from 1.
        var keepsAnnotationIds = AreUnique([.. selected.SelectMany(sample => sample.Objects).Select(item => item.Id)]);
        var images = new List<AnnotatedImage>(selected.Length);
        long annotationId = 0;
        foreach (var (sample, (width, height)) in selected.Zip(sizes))
        {
            var annotations = new List<Annotation>(sample.Objects.Count);
            foreach (var item in sample.Objects)
            {
                annotationId++;
                var fault = BoxCheck.Find(item.Box, width, height);
                if (fault == BoxFault.None || BoxCheck.Keep(fault, item.Box, width, height, sample.Json, item.Location, options.KeepDegenerate, log))
                    annotations.Add(new() { Id = keepsAnnotationIds ? item.Id!.Value : annotationId, Category = indexOfClass[item.Class], Box = item.Box, Area = item.Area, IsCrowd = item.IsCrowd, IsDifficult = item.IsDifficult });
            }

            images.Add(new()
            {
                Id = keepsIds ? sample.Id!.Value : images.Count + 1,
                FileName = sample.FileName,
                Path = sample.File.Path,
                Entry = sample.File.Entry,
                Width = width,
                Height = height,
                Annotations = annotations,
            });
        }

        if (images.Count == 0)
            log.AddWarning(path, "", "the shards have no samples");
        return new() { Source = source, Categories = categories, Images = images, Problems = log.Problems };
    }

    private static bool AreUnique(IReadOnlyList<long?> ids) => ids.All(id => id is not null) && ids.Distinct().Count() == ids.Count;

    private static (int Width, int Height) GetSize(WebDatasetSample sample, ProblemLog log) =>
        sample is { Width: > 0, Height: > 0 } || !ImageFiles.TryReadHeader(sample.File, log, out var header) ? (sample.Width, sample.Height) : (header.OrientedWidth, header.OrientedHeight);

    /// <summary>Returns the classes: by id if every class has one of its own, otherwise by name.</summary>
    private static (Category[] Categories, Dictionary<string, int> IndexOfClass) FindClasses(IEnumerable<WebDatasetObject> objects)
    {
        var ids = new Dictionary<string, long?>();
        foreach (var item in objects)
            ids[item.Class] = !ids.TryGetValue(item.Class, out var known) || known == item.CategoryId ? item.CategoryId : null;
        var hasIds = ids.Values.All(id => id is not null) && ids.Values.Distinct().Count() == ids.Count;
        Category[] categories = hasIds
            ? [.. ids.Select(pair => new Category(pair.Value!.Value, pair.Key)).OrderBy(category => category.Id)]
            : [.. ids.Keys.Order(StringComparer.Ordinal).Select((name, i) => new Category(i + 1, name))];
        return (categories, categories.Index().ToDictionary(entry => entry.Item.Name, entry => entry.Index));
    }
}
