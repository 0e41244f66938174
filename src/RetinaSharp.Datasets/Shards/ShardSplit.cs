namespace RetinaSharp.Datasets.Shards;

/// <summary>A split in the index of a packed dataset.</summary>
/// <param name="Name">Name of the split; null if the dataset is not split.</param>
/// <param name="Annotations">Name of the file with its annotations in COCO format, in the folder of the index.</param>
/// <param name="Images">Number of images.</param>
/// <param name="Shards">Its shards.</param>
internal sealed record ShardSplit(string? Name, string Annotations, int Images, IReadOnlyList<ShardFile> Shards);
