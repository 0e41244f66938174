using System.Numerics;

namespace RetinaSharp.Detection.Training;

/// <summary>Sums a number over the shards of a batch, which run concurrently: every shard waits until all have computed theirs.</summary>
/// <typeparam name="T">Type of the number, whose default value is 0.</typeparam>
/// <param name="shards">Number of shards.</param>
internal sealed class ShardSum<T>(int shards) : IDisposable where T : struct, IAdditionOperators<T, T, T>
{
    private readonly Barrier _barrier = new(shards);
    private readonly T[] _numbers = new T[shards];

    /// <summary>Computes the number of a shard, and returns the sum over all shards. It is summed in the order of the shards, so that it is reproducible.</summary>
    /// <param name="shard">Index of the shard.</param>
    /// <param name="compute">Computes the number. If it throws, the shard counts as 0, so that the other shards do not wait forever.</param>
    public T Add(int shard, Func<T> compute)
    {
        try
        {
            _numbers[shard] = compute();
        }
        finally
        {
            _barrier.SignalAndWait();
        }

        return _numbers.Aggregate((sum, number) => sum + number);
    }

    public void Dispose() => _barrier.Dispose();
}
