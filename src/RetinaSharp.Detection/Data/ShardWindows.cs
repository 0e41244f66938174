using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Draws windows of shards, so that an epoch over a packed dataset reads a few shards at a time. In a random order over all shards, every image would be a read in
/// another place, and what a file system reads ahead would be thrown away before it is used.
/// </summary>
internal sealed class ShardWindows
{
    /// <summary>Minimum number of shards of a window.</summary>
    public const int MinShards = 8;

    private readonly int[][] _shards;

    private ShardWindows(int[][] shards) => _shards = shards;

    /// <summary>Number of windows of an epoch, at least 2.</summary>
    public int Count => _shards.Length / MinShards;

    /// <summary>Creates the windows; null if an image is not in a shard, or if there are too few shards for two windows: then the whole epoch is one.</summary>
    /// <param name="images">The images.</param>
    public static ShardWindows? Create(IReadOnlyList<AnnotatedImage> images)
    {
        var shards = new Dictionary<string, List<int>>();
        foreach (var (index, image) in images.Index())
        {
            if (image.Entry is not { } entry)
                return null;
            if (!shards.TryGetValue(entry.Shard, out var shard))
                shards.Add(entry.Shard, shard = []);
            shard.Add(index);
        }

        // A dictionary without removals keeps the order of the images.
        return shards.Count < 2 * MinShards ? null : new([.. shards.Values.Select(shard => shard.ToArray())]);
    }

    /// <summary>Shuffles the shards and divides them into windows of equal numbers. Returns the images of each window, in the order of the shards.</summary>
    /// <param name="random">Random numbers of the epoch.</param>
    public int[][] Draw(RandomStream random)
    {
        int[][] shuffled = [.. _shards];
        random.Shuffle<int[]>(shuffled);
        var windows = new int[Count][];
        for (var i = 0; i < windows.Length; i++)
        {
            var (first, end) = ((int)((long)i * shuffled.Length / windows.Length), (int)((i + 1L) * shuffled.Length / windows.Length));
            windows[i] = [.. shuffled[first..end].SelectMany(shard => shard)];
        }

        return windows;
    }
}
