namespace RetinaSharp.Datasets.Shards;

/// <summary>An image in the index of a packed dataset.</summary>
/// <param name="Id">Id of the image, by which its annotations are found.</param>
/// <param name="Name">Name of its entry.</param>
/// <param name="Offset">Offset of its data in the shard.</param>
/// <param name="Length">Number of bytes.</param>
internal readonly record struct ShardImage(long Id, string Name, long Offset, int Length);
