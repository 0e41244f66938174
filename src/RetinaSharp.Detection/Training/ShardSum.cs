using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>Sums numbers over the shards of a batch, which run concurrently in one or several processes: every shard waits until all have computed theirs.</summary>
internal sealed class ShardSum : IDisposable
{
    private readonly Barrier _barrier;
    private readonly double[][] _numbers;
    private readonly double[] _sums;

    /// <summary>Creates the sum.</summary>
    /// <param name="shards">Number of shards of this process.</param>
    /// <param name="count">Number of numbers of each shard.</param>
    /// <param name="group">The processes.</param>
    public ShardSum(int shards, int count, IProcessGroup group)
    {
        _numbers = [.. Enumerable.Range(0, shards).Select(_ => new double[count])];
        _sums = new double[count];
        _barrier = new(shards, _ => SumAll(group));
    }

    /// <summary>
    /// Computes the numbers of a shard, and returns their sums over all shards. They are summed in the order of the shards of each process, so that they are reproducible.
    /// </summary>
    /// <param name="shard">Index of the shard.</param>
    /// <param name="compute">Computes the numbers. If it throws, they count as 0, so that the other shards do not wait forever.</param>
    public IReadOnlyList<double> Add(int shard, Func<double[]> compute)
    {
        try
        {
            _numbers[shard] = compute();
        }
        finally
        {
            _barrier.SignalAndWait();
        }

        return _sums;
    }

    public void Dispose() => _barrier.Dispose();

    private void SumAll(IProcessGroup group)
    {
        for (var i = 0; i < _sums.Length; i++)
            _sums[i] = _numbers.Select(numbers => numbers[i]).Aggregate((sum, number) => sum + number);
        group.Reduce(_sums);
    }
}
