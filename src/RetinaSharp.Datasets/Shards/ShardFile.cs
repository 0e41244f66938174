namespace RetinaSharp.Datasets.Shards;

/// <summary>A shard in the index of a packed dataset.</summary>
/// <param name="Name">Name of the file, in the folder of the index.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Images">Its images, in its order.</param>
internal sealed record ShardFile(string Name, long Bytes, IReadOnlyList<ShardImage> Images);
