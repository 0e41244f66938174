using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Distributed;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Samples the anchors of a training batch that is split into shards, each of which runs on its own thread. Computes the normalizer of the classification
/// loss: the number of positives kept in the whole step, at least 1. If this number depends on the network's outputs, every shard waits until all have
/// sampled. With gradient accumulation, the outputs of all batches never exist at the same time; in this case, each batch is normalized by its own positives
/// times the number of batches.
/// </summary>
/// <param name="sampler">Selects the anchors.</param>
/// <param name="step">Counts of the step.</param>
/// <param name="shards">Number of shards of this process, which run concurrently.</param>
/// <param name="group">The processes.</param>
/// <param name="batches">Number of accumulated batches in the step.</param>
internal sealed class ShardSampling(ISampler sampler, StepCounts step, int shards, IProcessGroup group, int batches) : IDisposable
{
    private readonly double? _knownNormalizer = sampler.DependsOnOutputs ? null : Math.Max(1, step.SampledPositives);
    private readonly ShardSum _kept = new(shards, 1, group);

    /// <summary>Runs the forward pass of a shard and samples its anchors.</summary>
    /// <param name="shard">Index of the shard.</param>
    /// <param name="forward">Runs the forward pass and returns the network's outputs.</param>
    /// <param name="batch">The shard's part of the batch; labels of anchors that are not selected are overwritten.</param>
    /// <param name="firstImage">Position of the shard's first image in the run: the number of images before it, over all steps.</param>
    /// <returns>The network's outputs, and the normalizer of the classification loss.</returns>
    public (LevelOutput[] Outputs, double Normalizer) ForwardAndSample(int shard, Func<LevelOutput[]> forward, TrainingBatch batch, long firstImage)
    {
        LevelOutput[] outputs = [];
        if (_knownNormalizer is { } known)
        {
            Sample();
            return (outputs, known);
        }

        var kept = _kept.Add(shard, () => [Sample()]);
        return (outputs, Math.Max(1, kept[0]) * batches);

        int Sample()
        {
            outputs = forward();
            return sampler.Sample(outputs, batch.Targets, image => firstImage + image, LibTorch.Threads);
        }
    }

    public void Dispose() => _kept.Dispose();
}
