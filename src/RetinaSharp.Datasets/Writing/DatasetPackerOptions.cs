namespace RetinaSharp.Datasets.Writing;

/// <summary>Options of <see cref="DatasetPacker"/>.</summary>
public sealed record DatasetPackerOptions
{
    /// <summary>The least <see cref="ShardBytes"/>.</summary>
    public const long MinShardBytes = 1_000_000;

    /// <summary>
    /// Size at which a shard is full, in bytes. Larger shards need fewer files; training shuffles within a window of several shards, so that smaller ones need
    /// less of the file system's cache.
    /// </summary>
    public long ShardBytes { get; init; } = 256_000_000;

    /// <summary>Seed of the order of the images; the same seed gives the same bytes.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Decodes an image file whose last bytes are not those of a complete file, and returns the reason why that fails, or null. Null: such files cannot be
    /// packed, although a JPEG file may have other data after the image.
    /// </summary>
    public Func<ImageFile, string?>? Decode { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        if (ShardBytes < MinShardBytes)
            throw new ArgumentException($"a shard of {ShardBytes} bytes is too small; it must have {MinShardBytes} or more");
    }
}
