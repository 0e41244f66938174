using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Weights the box loss of the positive anchors of a training batch after the forward pass. The batch is split into shards, which wait for each other: the
/// weights are scaled by their sum over all of them. With gradient accumulation, the outputs of all batches never exist at the same time; in this case, the
/// weights are scaled in each batch.
/// </summary>
/// <param name="weighting">Computes the weights.</param>
/// <param name="shards">Number of shards of this process, which run concurrently.</param>
/// <param name="group">The processes.</param>
internal sealed class ShardWeighting(BoxWeighting weighting, int shards, IProcessGroup group) : IDisposable
{
    private readonly ShardSum _weights = new(shards, 2, group);

    /// <summary>Runs the forward pass of a shard, and weights its positive anchors.</summary>
    /// <param name="shard">Index of the shard.</param>
    /// <param name="forward">Runs the forward pass, assigns the anchors if that needs predictions, and returns the network's outputs.</param>
    /// <param name="targets">Targets of the shard, which receive the weights.</param>
    /// <returns>The network's outputs.</returns>
    public LevelOutput[] ForwardAndWeight(int shard, Func<LevelOutput[]> forward, BatchTargets targets)
    {
        LevelOutput[] outputs = [];
        var sum = _weights.Add(shard, () =>
        {
            outputs = forward();
            var own = weighting.Weight(outputs, targets);
            return [own.Weights, own.Positives];
        });
        var factor = new WeightSum(sum[0], (int)sum[1]).Factor;
        foreach (var level in targets.Levels)
            level.ScalePositiveWeights(factor);
        return outputs;
    }

    public void Dispose() => _weights.Dispose();
}
