using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Assigns the anchors of a training batch after the forward pass. The batch is split into shards, which wait for each other: the normalizer is the number of
/// positives of all of them, at least 1. If the assigner gives qualities that are the targets of the classification loss, the divisor of that loss is their sum, at least 1, as
/// in TOOD (Feng et al., arXiv 2108.07755): most are far below 1. With gradient accumulation, the outputs of all batches never exist at the same time; in this case, each
/// batch is normalized by its own sums times the number of batches.
/// </summary>
/// <param name="assignment">Assigns the anchors.</param>
/// <param name="usesQualities">Whether the classification loss has qualities as targets.</param>
/// <param name="shards">Number of shards of this process, which run concurrently.</param>
/// <param name="group">The processes.</param>
/// <param name="batches">Number of accumulated batches in the step.</param>
internal sealed class ShardAssignment(PredictionAssignment assignment, bool usesQualities, int shards, IProcessGroup group, int batches) : IDisposable
{
    private readonly ShardSum _sums = new(shards, 2, group);

    /// <summary>Runs the forward pass of a shard and assigns its anchors.</summary>
    /// <param name="shard">Index of the shard.</param>
    /// <param name="forward">Runs the forward pass and returns the network's outputs.</param>
    /// <param name="batch">The shard's part of the batch; its targets receive the assignment.</param>
    /// <returns>The network's outputs, the normalizer of both losses, and the divisor of the classification loss if it is another one.</returns>
    public (LevelOutput[] Outputs, LossNormalizer Normalizer, double? Classification) ForwardAndAssign(int shard, Func<LevelOutput[]> forward, TrainingBatch batch)
    {
        LevelOutput[] outputs = [];
        var sums = _sums.Add(shard, () =>
        {
            outputs = forward();
            assignment.Assign(outputs, batch.Targets, batch.Images);
            return [batch.Targets.PositiveCount, batch.Targets.QualitySum];
        });
        return (outputs, Math.Max(1, sums[0]) * batches, usesQualities && sums[1] > 0 ? Math.Max(1, sums[1]) * batches : null);
    }

    public void Dispose() => _sums.Dispose();
}
