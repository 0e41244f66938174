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
}
