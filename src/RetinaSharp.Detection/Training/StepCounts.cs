using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>What is known of a training step before its first forward pass, summed over all processes.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Anchors">Numbers of anchors, as the assigner labeled them.</param>
/// <param name="SampledPositives">Number of positive anchors that a sampler selects, if that does not depend on outputs; else 0.</param>
/// <param name="IsStopRequested">Whether a process asks to stop before this step.</param>
/// <param name="IsCheckpointRequested">Whether a process asks for a checkpoint after this step.</param>
internal readonly record struct StepCounts(int Images, AnchorSums Anchors, long SampledPositives, bool IsStopRequested, bool IsCheckpointRequested)
{
    /// <summary>Counts the batches of all processes.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="batches">Batches of this process.</param>
    /// <param name="sampler">Selects the anchors of the classification loss; null: all.</param>
    /// <param name="isStopRequested">Whether this process asks to stop before this step.</param>
    /// <param name="isCheckpointRequested">Whether this process asks for a checkpoint after this step.</param>
    public static StepCounts Compute(IProcessGroup group, IReadOnlyCollection<TrainingBatch> batches, ISampler? sampler, bool isStopRequested, bool isCheckpointRequested)
    {
        var anchors = AnchorSums.Count(batches);
        var sampled = sampler is null or { DependsOnOutputs: true } ? 0 : batches.Sum(batch => (long)sampler.CountPositives(batch.Targets));
        Span<double> values = [batches.Sum(batch => batch.Count), anchors.Positive, anchors.NonIgnored, sampled, isStopRequested ? 1 : 0, isCheckpointRequested ? 1 : 0];
        group.Reduce(values);
        return new((int)values[0], new((long)values[1], (long)values[2]), (long)values[3], values[4] > 0, values[5] > 0);
    }
}
