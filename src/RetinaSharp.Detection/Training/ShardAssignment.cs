using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Assigns the anchors of a training batch after the forward pass. The batch is split into shards, which wait for each other: the normalizer is the number of
/// positives of all of them, at least 1. With gradient accumulation, the outputs of all batches never exist at the same time; in this case, each batch is
/// normalized by its own positives times the number of batches.
/// </summary>
/// <param name="assignment">Assigns the anchors.</param>
/// <param name="layout">The shards of the batch, which run concurrently.</param>
/// <param name="batches">Number of accumulated batches in the step.</param>
internal sealed class ShardAssignment(PredictionAssignment assignment, ShardLayout layout, int batches) : IDisposable
{
    private readonly ShardSum _positives = new(layout.OwnShards, 1, layout.Group);

    /// <summary>Runs the forward pass of a shard and assigns its anchors.</summary>
    /// <param name="shard">Index of the shard.</param>
    /// <param name="forward">Runs the forward pass and returns the network's outputs.</param>
    /// <param name="batch">The shard's part of the batch; its targets receive the assignment.</param>
    /// <returns>The network's outputs, and the normalizer of both losses.</returns>
    public (LevelOutput[] Outputs, LossNormalizer Normalizer) ForwardAndAssign(int shard, Func<LevelOutput[]> forward, TrainingBatch batch)
    {
        LevelOutput[] outputs = [];
        var positives = _positives.Add(shard, () =>
        {
            outputs = forward();
            assignment.Assign(outputs, batch.Targets, batch.Images);
            return [batch.Targets.PositiveCount];
        });
        return (outputs, Math.Max(1, positives[0]) * batches);
    }

    public void Dispose() => _positives.Dispose();
}
