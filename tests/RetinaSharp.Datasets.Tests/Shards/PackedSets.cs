using RetinaSharp.Datasets.Tests.Writing;
using RetinaSharp.Datasets.Writing;
using static RetinaSharp.Datasets.Tests.Writing.WrittenSets;

namespace RetinaSharp.Datasets.Tests.Shards;

/// <summary>Datasets for tests of shards.</summary>
internal static class PackedSets
{
    /// <summary>A dataset with ids, flags, areas and names that other formats lose, and file names that are no keys.</summary>
    public static DetectionDataset Rich(this TemporaryFolder folder) => new()
    {
        Source = "source",
        Categories = [new(3, "unused"), new(7, "chien \u00fc"), new(90, "cat \"quoted\"")],
        Images =
        [
            folder.Image(40, "cam1/x.y.z.jpg", Object(9, 1, 1, 1, 2, 3.1) with { Area = 7.25, IsCrowd = true }, Object(5, 2, 1 / 3d, 2, 30, 4) with { IsDifficult = true }),
            folder.Image(12, "cam1/x.jpg"),
            folder.Image(13, "cam2/x.jpg", Object(1, 1, 0, 0, 100, 80)),
            folder.Image(-5, "\u00e4 #1.JPEG", Object(2, 2, -4, 0, 49.5, 79.99)),
            folder.Image(99_999_999_999, $"{new string('n', 120)}.jpg", Object(3, 2, 5, 5, 10, 10)),
            folder.Image(1, ".hidden", Object(4, 2, 5, 5, 10, 10)),
        ],
    };

    /// <summary>Many images of 2 kB, in one split.</summary>
    public static DetectionDataset Many(this TemporaryFolder folder, int count) => new()
    {
        Source = "many",
        Categories = [new(1, "cat")],
        Images =
        [
            .. Enumerable.Range(0, count).Select(i => folder.Image(i + 1, $"{i}.jpg", Object(i + 1, 0, i % 50, 0, 10, 10)) with
            {
                // The number makes the bytes unique.
                Path = folder.Write($"source/{i}.jpg", [.. ImageBytes.Jpeg(100, 80), (byte)i, (byte)(i >> 8), .. new byte[2000], 0xFF, 0xD9]),
            }),
        ],
    };

    /// <summary>Packs a dataset, and returns the path to open.</summary>
    public static string Pack(this TemporaryFolder folder, DetectionDataset dataset, string name = "packed", long? shardBytes = null, long seed = 0)
    {
        var options = new DatasetPackerOptions { Seed = seed };
        return DatasetPacker.Pack([new(null, dataset)], folder.At(name), shardBytes is { } bytes ? options with { ShardBytes = bytes } : options).Path;
    }
}
