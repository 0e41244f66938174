using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Distributed;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Runs the steps of a training run. A batch is split into shards (parts), which may be spread over processes. Replicas of the network run their forward and backward
/// passes concurrently; then their gradients are summed, and the optimizer updates the weights. Each process updates a part of them.
/// </summary>
internal sealed class StepRunner(
    TrainingSettings settings, TrainingState state, DetectionLoss loss, StepNormalizer normalizer, PredictionAssignment? assignment, ISampler? sampler, BoxWeighting? weighting, ShardThreads shards,
    PhaseClock clock)
{
    /// <summary>The loss of the steps.</summary>
    public DetectionLoss Loss => loss;

    /// <summary>Computes the normalizer of the losses of each step.</summary>
    public StepNormalizer Normalizer => normalizer;

    /// <summary>Number of batches that a step takes from this process's loader. Each of them is one shard; a training batch consists of several.</summary>
    public int BatchesPerStep { get; } = settings.Accumulate * state.Layout.OwnShards;

    /// <summary>The processes that train together.</summary>
    public IProcessGroup Group => state.Layout.Group;

    /// <summary>
    /// Runs one optimizer step: computes the gradients of <see cref="BatchesPerStep"/> batches of the loader, several at a time on replicas of the network,
    /// sums them and updates the weights.
    /// </summary>
    /// <param name="source">Enumerates the loader's batches.</param>
    /// <param name="learningRate">Learning rate of the step.</param>
    /// <param name="step">Index of the step in the run, from 0.</param>
    /// <param name="isStopRequested">Whether this process asks all processes to stop before this step.</param>
    /// <param name="isCheckpointRequested">Whether this process asks for a checkpoint after this step.</param>
    /// <returns>The losses and counts of the step; null if a process asks to stop: the step was not done.</returns>
    /// <exception cref="TrainingDivergedException">A loss or a gradient is not finite; the weights were not updated.</exception>
    public StepOutcome? Run(IEnumerator<TrainingBatch> source, double learningRate, long step, bool isStopRequested = false, bool isCheckpointRequested = false)
    {
        // All batches of the step are loaded before the first forward pass, because the normalizer counts the positives of all of them.
        var batches = new List<TrainingBatch>();
        try
        {
            while (batches.Count < BatchesPerStep && source.MoveNext())
                batches.Add(source.Current);
            clock.Lap("data");
            var counts = StepCounts.Compute(Group, batches, sampler, isStopRequested, isCheckpointRequested);
            LapIfShared("wait");
            if (counts.IsStopRequested)
                return null;
            var losses = ComputeGradients(batches, counts, step).Sum(Group);
            LapIfShared("wait");
            RequireFinite(losses.Classification, "classification loss", step, batches);
            RequireFinite(losses.Box, "box loss", step, batches);
            state.SumGradients();
            LapIfShared("reduce");
            RequireFinite(state.Update(learningRate, settings.Clip), "gradient", step, batches);
            loss.Statistics = LossResult.Add(loss.Statistics, losses.Statistics);
            clock.Lap("optimizer");
            state.ShareWeights();
            LapIfShared("reduce");
            // A sampler relabels anchors in the forward pass; an assigner that uses predictions labels them only there.
            var anchors = assignment is null ? counts.Anchors : losses.Anchors;
            return new(losses.Classification, losses.Box, counts.Images, anchors, counts.IsCheckpointRequested);
        }
        finally
        {
            state.ClearGradients();
            foreach (var batch in batches)
                batch.Dispose();
            // TorchSharp leaves thousands of small objects per step to the finalizer. Their native memory lies between the activations and fragments the
            // heap: without this collection, which takes less than 1 ms, a run of R50 uses 1.6 GB instead of 1.15 GB.
            GC.Collect(0);
        }
    }

    /// <summary>Runs the forward and backward passes of this process's batches, and sums their gradients. Returns the sums of their losses.</summary>
    private StepLosses ComputeGradients(List<TrainingBatch> batches, StepCounts counts, long step)
    {
        var (layout, sum) = (state.Layout, StepLosses.Zero);
        var normalizerOf = normalizer.CreateNormalizers(counts);
        var groups = batches.Chunk(layout.OwnShards).ToArray();
        foreach (var group in groups)
        {
            // The last group of a dataset that is smaller than a step has fewer shards.
            var losses = new LossResult[group.Length];
            using var assigning = assignment is null ? null : new ShardAssignment(assignment, loss.UsesQualities, group.Length, layout.Group, groups.Length);
            using var sampling = sampler is null ? null : new ShardSampling(sampler, counts, group.Length, layout.Group, groups.Length);
            using var weights = weighting is null ? null : new ShardWeighting(weighting, group.Length, layout.Group);
            state.Modules.Seed(firstSample: FirstImage(group[0]));
            shards.Run(group.Length, shard => losses[shard] = ForwardAndBackward(
                shard, group[shard], normalizerOf(group[shard]), assigning, sampling, weights, FirstImage(group[shard])));
            sum = losses.Aggregate(sum, (total, one) => total.Add(one));
            state.Gradients.Collect();
            state.UpdateRunningStats();
            clock.Lap("backward");
        }

        return sum with { Anchors = assignment is null ? default : AnchorSums.Count(batches) };

        long FirstImage(TrainingBatch batch) => (step * settings.EffectiveBatch) + (layout.IndexInStep(batches.IndexOf(batch)) * batch.Count);
    }

    /// <summary>Runs the forward and backward pass of a shard, on the thread of the shard. Only the first shard is timed.</summary>
    private LossResult ForwardAndBackward(
        int shard, TrainingBatch batch, LossNormalizer divisor, ShardAssignment? assigning, ShardSampling? sampling, ShardWeighting? weights, long firstImage)
    {
        using var scope = NewDisposeScope();
        double? classification = null;
        var outputs = weights is null ? Predict() : weights.ForwardAndWeight(shard, Predict, batch.Targets);
        var result = loss.Evaluate(outputs, batch.Targets, divisor, classification, LibTorch.Threads);
        Lap("loss");
        // The caller checks that the losses are finite. If not, this backward pass has no effect, because no update follows.
        Autograd.Backward(result.Outputs, result.Gradients);
        return result;

        LevelOutput[] Predict()
        {
            LevelOutput[] predicted;
            if (sampling is not null)
                (predicted, classification) = sampling.ForwardAndSample(shard, Forward, batch, firstImage);
            else if (assigning is not null)
                (predicted, divisor, classification) = assigning.ForwardAndAssign(shard, Forward, batch);
            else
                predicted = Forward();
            return predicted;
        }

        LevelOutput[] Forward()
        {
            var network = state.Shards[shard];
            var forward = network.call(Preprocessing.Input(batch, network));
            Lap("forward");
            return forward;
        }

        void Lap(string phase)
        {
            if (shard == 0)
                clock.Lap(phase);
        }
    }

    private void LapIfShared(string phase)
    {
        if (Group.Size > 1)
            clock.Lap(phase);
    }

    /// <summary>Checks a value that is equal in all processes.</summary>
    private void RequireFinite(double value, string term, long step, List<TrainingBatch> batches)
    {
        if (double.IsFinite(value))
            return;
        var names = Group.GatherText(string.Join('\n', batches.SelectMany(batch => batch.Images.Select(image => image.Source.FileName))));
        throw new TrainingDivergedException(term, step + 1, [.. names.SelectMany(text => text.Split('\n'))]);
    }
}
