using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Tests.Data;

/// <summary>
/// What an epoch over shards reads from storage, simulated: blocks of 1 MB through a cache that keeps the least recently read ones (LRU), as file systems read
/// ahead and cache. The images have 150 kB, the shards 256 MB. docs/adr/0071-shards.md has the numbers that this prints.
/// </summary>
public class ShardReadsTests(ITestOutputHelper output)
{
    private const int ImagesInShard = 1700, ImageBytes = 150_000, BlockBytes = 1_000_000, Batch = 16;

    [Theory]
    [InlineData(200, 2)]
    [InlineData(200, 4)]
    [InlineData(200, 8)]
    public void Create_ImagesOfShards_ReadsEveryBlockAboutOnce(int shards, int cacheGigabytes)
    {
        var (shuffled, local) = (Orders(shards, windows: false), Orders(shards, windows: true));
        var (all, windowed) = (BlocksRead(shuffled, cacheGigabytes), BlocksRead(local, cacheGigabytes));
        var (pairs, closePairs) = (SameShardPairs(shuffled), SameShardPairs(local));

        output.WriteLine(FormattableString.Invariant(
            $"{shards} shards, cache of {cacheGigabytes} GB: an epoch reads {all:0.00} times the dataset in a random order, {windowed:0.00} times in windows; {pairs:0.000} and {closePairs:0.000} of the pairs of a batch are of one shard"));
        Assert.InRange(all, 3, 10);
        Assert.InRange(windowed, .99, cacheGigabytes >= 4 ? 1.01 : 3);
        Assert.InRange(closePairs, .8 / (2 * ShardWindows.MinShards), 1.2 / ShardWindows.MinShards);
    }

    private static int[] Orders(int shards, bool windows)
    {
        var images = ShardedSet.Images(Enumerable.Repeat(ImagesInShard, shards));
        return new EpochOrder(images.Length, null, 1, windows ? ShardWindows.Create(images) : null).Create(0);
    }

    private static double BlocksRead(int[] order, int cacheGigabytes)
    {
        var blocksOfShard = (int)((long)ImagesInShard * ImageBytes / BlockBytes) + 1;
        var capacity = cacheGigabytes * (int)(1_000_000_000L / BlockBytes);
        var used = new LinkedList<int>();
        var cached = new Dictionary<int, LinkedListNode<int>>();
        var read = 0;
        foreach (var image in order)
        {
            var (shard, offset) = (image / ImagesInShard, (long)(image % ImagesInShard) * ImageBytes);
            for (var block = (int)(offset / BlockBytes); block <= (int)((offset + ImageBytes - 1) / BlockBytes); block++)
                Read((shard * blocksOfShard) + block);
        }

        return (double)read / ((double)order.Length / ImagesInShard * blocksOfShard);

        void Read(int block)
        {
            if (cached.TryGetValue(block, out var node))
            {
                used.Remove(node);
                used.AddFirst(node);
                return;
            }

            read++;
            cached.Add(block, used.AddFirst(block));
            if (used.Count <= capacity)
                return;
            cached.Remove(used.Last!.Value);
            used.RemoveLast();
        }
    }

    private static double SameShardPairs(int[] order)
    {
        var (same, all) = (0L, 0L);
        foreach (var batch in order.Chunk(Batch))
        {
            for (var i = 0; i < batch.Length; i++)
            {
                for (var j = i + 1; j < batch.Length; j++)
                {
                    all++;
                    same += batch[i] / ImagesInShard == batch[j] / ImagesInShard ? 1 : 0;
                }
            }
        }

        return (double)same / all;
    }
}
