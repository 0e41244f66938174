using RetinaSharp.Datasets.Files;
using RetinaSharp.Datasets.Shards;
using RetinaSharp.Datasets.Writing;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads what <see cref="DatasetPacker"/> writes: the index tells where the images are in the shards, and a COCO file per split has the annotations. Shards are
/// not read.
/// </summary>
internal sealed class PackedReader : IDatasetReader
{
    public string Name => "WebDataset";

    public bool Reads(string file) => ShardIndex.IsIndex(file);

    public bool Reads(DataFolder folder, DatasetOptions options) => ShardIndex.IsIndex(Path.Combine(folder.Path, ShardIndex.FileName));

    public SplitList FindSplits(string file, DatasetOptions options)
    {
        var splits = ShardIndex.Load(file).Splits;
        return new([.. splits.Select(split => split.Name).OfType<string>()], CanReadAll: splits.Count == 1);
    }

    public SplitList FindSplits(DataFolder folder, DatasetOptions options) => FindSplits(Path.Combine(folder.Path, ShardIndex.FileName), options);

    public DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log) =>
        ReadFile(source, Path.Combine(folder.Path, ShardIndex.FileName), split, options, log);

    public DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var selected = Select(ShardIndex.Load(file), file, split);
        if (options is { FindImages: true, RequireImages: true })
            CheckShards(folder, selected, log);
        var annotations = Path.Combine(folder, selected.Annotations);
        if (!File.Exists(annotations))
            throw new DatasetException(annotations, "", "the file of the annotations is missing: copy the folder again, or pack the dataset again");
        var dataset = new CocoReader().ReadFile(source, annotations, split: null, options with { FindImages = false, RequireImages = false, ImagesDirectory = null }, log);
        return dataset with { Images = Locate(dataset.Images, folder, selected, file, annotations) };
    }

    private static ShardSplit Select(ShardIndex index, string file, string? name)
    {
        if (name is null)
        {
            return index.Splits is [var only] ? only
                : throw new DatasetException(file, "", $"has several splits: append #SPLIT to the path, with one of {Names(index)}");
        }

        return index.Splits.FirstOrDefault(split => split.Name == name)
            ?? index.Splits.FirstOrDefault(split => split.Name is { } own && SplitNames.AreEqual(own, name))
            ?? throw new DatasetException(file, "", index.Splits[0].Name is null ? $"is not split: leave #{name} out" : $"has no split \"{name}\"; it has {Names(index)}");
    }

    private static string Names(ShardIndex index) => string.Join(", ", index.Splits.Select(split => split.Name));

    /// <summary>Checks that the shards are there, with the lengths that they were written with.</summary>
    private static void CheckShards(string folder, ShardSplit split, ProblemLog log)
    {
        foreach (var shard in split.Shards)
        {
            var info = new FileInfo(Path.Combine(folder, shard.Name));
            if (!info.Exists)
                log.AddError(info.FullName, "", $"the shard is missing, with {shard.Images.Count} images: copy it again, or pack the dataset again");
            else if (info.Length != shard.Bytes)
                log.AddError(info.FullName, "", $"the shard has {info.Length} bytes, but {shard.Bytes} in the index: it was not copied completely, or is of another dataset; copy the folder again, or pack the dataset again");
        }
    }

    /// <summary>Adds to the images where they are in the shards.</summary>
    private static AnnotatedImage[] Locate(IReadOnlyList<AnnotatedImage> images, string folder, ShardSplit split, string file, string annotations)
    {
        var places = new Dictionary<long, (string Shard, ShardImage Image)>(split.Images);
        foreach (var shard in split.Shards)
        {
            var path = Path.Combine(folder, shard.Name);
            foreach (var image in shard.Images)
                if (!places.TryAdd(image.Id, (path, image)))
                    throw new DatasetException(file, $"image {image.Id}", "is listed twice: pack the dataset again");
        }

        return places.Count != images.Count
            ? throw new DatasetException(file, "", $"lists {places.Count} images, but {annotations} has {images.Count}: they do not belong together; copy the folder again, or pack the dataset again")
            : [.. images.Select(image => places.TryGetValue(image.Id, out var place)
                ? image with { Path = $"{place.Shard}/{place.Image.Name}", Entry = new(place.Shard, place.Image.Offset, place.Image.Length) }
                : throw new DatasetException(file, $"image {image.Id}", $"is not listed, but annotated in {annotations}: they do not belong together; copy the folder again, or pack the dataset again"))];
    }
}
