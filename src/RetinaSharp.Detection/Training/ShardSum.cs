namespace RetinaSharp.Detection.Training;

/// <summary>Sums a number over the shards of a batch, which run concurrently: every shard waits until all have computed theirs.</summary>
/// <param name="shards">Number of shards.</param>
internal sealed class ShardSum(int shards) : IDisposable
{
    private readonly Barrier _barrier = new(shards);
    private int _sum;

    /// <summary>Computes the number of a shard, and returns the sum over all shards.</summary>
    /// <param name="compute">Computes the number. If it throws, the shard counts as 0, so that the other shards do not wait forever.</param>
    public int Add(Func<int> compute)
    {
        var number = 0;
        try
        {
            number = compute();
        }
        finally
        {
            Interlocked.Add(ref _sum, number);
            _barrier.SignalAndWait();
        }

        return _sum;
    }

    public void Dispose() => _barrier.Dispose();
}
