namespace RetinaSharp.Datasets;

/// <summary>Where the bytes of an image are in a tar shard.</summary>
/// <param name="Shard">Path of the shard. Images of one shard share the string.</param>
/// <param name="Offset">Offset of the first byte of the image in the shard; the header of the entry is right before it.</param>
/// <param name="Length">Number of bytes.</param>
public sealed record ShardEntry(string Shard, long Offset, int Length);
