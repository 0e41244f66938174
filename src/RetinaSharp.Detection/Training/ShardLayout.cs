using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// How the shards (parts) of a batch are spread over processes. The processes take turns: of four shards, rank 0 of two processes computes the first and the third. What a
/// step computes depends on the number of shards, not on the number of processes.
/// </summary>
/// <param name="shards">Number of shards of a batch; a multiple of the number of processes.</param>
/// <param name="group">The processes.</param>
internal sealed class ShardLayout(int shards, IProcessGroup group)
{
    /// <summary>The processes.</summary>
    public IProcessGroup Group => group;

    /// <summary>Number of shards of a batch that this process computes.</summary>
    public int OwnShards { get; } = shards / group.Size;

    /// <summary>Returns the index of one of this process's shards among the shards of a step.</summary>
    /// <param name="own">Index among this process's shards of the step.</param>
    public long IndexInStep(int own) => ((long)own * group.Size) + group.Rank;

    /// <summary>Checks that the shards of a batch can be spread over the processes.</summary>
    /// <param name="shards">Number of shards of a batch.</param>
    /// <param name="processes">Number of processes.</param>
    /// <exception cref="ArgumentException">The number of shards is not a multiple of the number of processes.</exception>
    public static void Validate(int shards, int processes)
    {
        if (shards % processes != 0)
        {
            var divisors = Enumerable.Range(1, shards).Where(number => shards % number == 0);
            throw new ArgumentException($"A batch has {shards} {(shards == 1 ? "shard" : "shards")}, which {processes} processes cannot share equally: start {string.Join(" or ", divisors)} processes, or choose a number of shards that is a multiple of {processes} and divides the batch.");
        }
    }
}
