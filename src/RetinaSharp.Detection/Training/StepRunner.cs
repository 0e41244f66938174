using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>Makes the steps of a training run: forward and backward pass of each shard, sum of the gradients, update.</summary>
internal sealed class StepRunner(
    TrainingSettings settings, TrainingState state, DetectionLoss loss, StepNormalizer normalizer, ISampler? sampler, ShardThreads shards, PhaseClock clock)
{
    /// <summary>By what the losses are divided.</summary>
    public StepNormalizer Normalizer => normalizer;

    /// <summary>What the loader calls a batch is a shard here.</summary>
    public int BatchesPerStep { get; } = settings.Accumulate * settings.EffectiveShards;

    /// <summary>One step of the optimiser, over as many batches as are accumulated.</summary>
    /// <param name="source">Gives the batches.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="step">Number of the step, from 0.</param>
    /// <returns>Its losses, the images it was made from, and their anchors.</returns>
    /// <exception cref="TrainingDivergedException">A loss or a gradient is not finite; the weights were not moved.</exception>
    public (double Classification, double Box, int Images, AnchorSums Anchors) Run(IEnumerator<TrainingBatch> source, double learningRate, long step)
    {
        // All batches of the step are there before the first goes through: the normaliser counts the positives of all.
        var batches = new List<TrainingBatch>();
        try
        {
            while (batches.Count < BatchesPerStep && source.MoveNext())
                batches.Add(source.Current);
            clock.Lap("data");
            var normalizerOf = normalizer.Next(batches);
            var (classification, box) = (0.0, 0.0);
            var groups = batches.Chunk(settings.EffectiveShards).ToArray();
            foreach (var group in groups)
            {
                var losses = new (double Classification, double Box)[group.Length];
                using var sampling = sampler is null ? null : new ShardSampling(sampler, batches, group.Length, groups.Length);
                shards.Run(group.Length, shard => losses[shard] = ForwardAndBackward(state.Shards[shard], group[shard], normalizerOf(group[shard]), sampling, FirstImage(group[shard]), shard == 0));
                foreach (var one in losses)
                {
                    classification += Finite(one.Classification, "classification loss", step, batches);
                    box += Finite(one.Box, "box loss", step, batches);
                }

                state.Gradients.Collect();
                state.UpdateRunningStats();
                clock.Lap("backward");
            }

            Finite(state.Update(learningRate, settings.Clip), "gradient", step, batches);
            clock.Lap("optimizer");
            return (classification, box, batches.Sum(batch => batch.Count), new(batches.Sum(batch => batch.Targets.PositiveCount), batches.Sum(batch => batch.Targets.CountedAnchors)));

            long FirstImage(TrainingBatch batch) => (step * settings.EffectiveBatch) + (batches.IndexOf(batch) * (long)batch.Count);
        }
        finally
        {
            state.Gradients.Clear();
            foreach (var batch in batches)
                batch.Dispose();
            // TorchSharp leaves some thousand small objects of a step to the finalizer. Their native memory lies between the activations of a step and keeps what these
            // leave from being joined again: without this collection, which takes less than a millisecond, a run of R50 holds 1.6 GB instead of 1.15.
            GC.Collect(0);
        }
    }

    /// <summary>One shard, on a thread of its own. The time of the first stands for all.</summary>
    private (double Classification, double Box) ForwardAndBackward(RetinaNet network, TrainingBatch batch, LossNormalizer divisor, ShardSampling? sampling, long firstImage, bool isTimed)
    {
        using var scope = NewDisposeScope();
        var (outputs, sampled) = sampling?.Run(Forward, batch, firstImage) ?? (Forward(), null);
        var result = loss.Evaluate(outputs, batch.Targets, divisor, sampled, LibTorch.Threads);
        Lap("loss");
        // What is not finite is found by the caller; its backward pass does no harm, because no update follows.
        Autograd.Backward(result.Outputs, result.Gradients);
        return (result.Classification, result.Box);

        LevelOutput[] Forward()
        {
            var outputs = network.call(Preprocessing.Input(batch, network));
            Lap("forward");
            return outputs;
        }

        void Lap(string phase)
        {
            if (isTimed)
                clock.Lap(phase);
        }
    }

    private static double Finite(double value, string term, long step, List<TrainingBatch> batches) => double.IsFinite(value)
        ? value
        : throw new TrainingDivergedException(term, step + 1, [.. batches.SelectMany(batch => batch.Images.Select(image => image.Source.FileName))]);
}
