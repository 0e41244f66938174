using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Writing;

namespace RetinaSharp.Detection.Tests.Data;

/// <summary>Packs datasets into as many shards as a test needs; the least size of a shard would need many images.</summary>
internal static class ShardedSet
{
    /// <summary>Packs a dataset into a folder, with the same number of images in each shard.</summary>
    public static DetectionDataset Pack(DetectionDataset set, string folder, int shards)
    {
        var splits = set.Images.Chunk(set.Images.Count / shards).Select((images, i) => new DatasetSplit($"s{i:00}", set with { Images = images })).ToArray();
        DatasetPacker.Pack(splits, folder);
        return set with { Images = [.. splits.SelectMany(split => DetectionDataset.Open($"{folder}#{split.Name}").Images)] };
    }

    /// <summary>Returns the images of a packed dataset, in its order, as the files that it was packed from.</summary>
    public static DetectionDataset Unpacked(DetectionDataset packed, DetectionDataset source)
    {
        var images = source.Images.ToDictionary(image => image.Id);
        return packed with { Images = [.. packed.Images.Select(image => images[image.Id])] };
    }

    /// <summary>Images of shards that do not exist, for what does not read them.</summary>
    /// <param name="lengths">Number of images of each shard.</param>
    public static AnnotatedImage[] Images(params IEnumerable<int> lengths) =>
    [
        .. lengths.SelectMany((length, shard) => Enumerable.Range(0, length).Select(i => new AnnotatedImage
        {
            Id = (1000 * shard) + i,
            FileName = $"{shard}-{i}.jpg",
            Path = $"{shard}.tar/{i}.jpg",
            Entry = new($"{shard}.tar", 512, 1),
            Width = 64,
            Height = 64,
            Annotations = [],
        })),
    ];
}
