using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Sampling;

/// <summary>
/// Sampling in the shards of a batch, each on a thread of its own, and by what the classification loss is then divided: the
/// positives that are kept of the whole step, at least 1. Where only the outputs tell how many these are, no shard goes on before all
/// have sampled. The outputs of batches that are accumulated are never there together, so that each batch is then divided
/// by its own positives, and by the number of batches.
/// </summary>
/// <param name="sampler">Chooses the anchors.</param>
/// <param name="step">The shards of all batches of the step.</param>
/// <param name="shards">How many of them go through the network side by side, now.</param>
/// <param name="batches">Batches of the step.</param>
internal sealed class ShardSampling(ISampler sampler, IReadOnlyList<TrainingBatch> step, int shards, int batches) : IDisposable
{
    private readonly double? _known = sampler.DependsOnOutputs ? null : Math.Max(1, step.Sum(batch => sampler.CountPositives(batch.Targets)));
    private readonly Barrier _meeting = new(shards);
    private int _kept;

    /// <summary>Takes a shard through the network and samples its anchors.</summary>
    /// <param name="forward">Gives the outputs.</param>
    /// <param name="shard">The shard; its labels are changed.</param>
    /// <param name="firstImage">Number of its first image in the run.</param>
    /// <returns>The outputs, and the normaliser.</returns>
    public (LevelOutput[] Outputs, double? Normalizer) Run(Func<LevelOutput[]> forward, TrainingBatch shard, long firstImage)
    {
        LevelOutput[] outputs;
        var kept = 0;
        try
        {
            outputs = forward();
            kept = sampler.Sample(outputs, shard.Targets, image => firstImage + image, LibTorch.Threads);
        }
        finally
        {
            // Who fails comes too: the others would wait for ever.
            Interlocked.Add(ref _kept, kept);
            if (_known is null)
                _meeting.SignalAndWait();
        }

        return (outputs, _known ?? ((double)Math.Max(1, _kept) * batches));
    }

    public void Dispose() => _meeting.Dispose();
}
