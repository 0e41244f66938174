using System.Runtime.InteropServices;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Accumulates the losses of a whole dataset over its batches. The losses are normalized by the number of positive anchors of all images or, with
/// <see cref="NormalizerKind.PerImage"/>, averaged over the images. With anchor sampling, the classification loss is normalized by the number of sampled
/// positives, with qualities of the assigner as its targets by their sum, and with weights of the positives, the box loss by the sum of the weights, as in training. The result does not depend on how images are batched.
/// </summary>
internal sealed class ValidationLosses(NormalizerKind kind)
{
    private readonly List<Batch> _batches = [];

    /// <summary>Adds the losses of a batch.</summary>
    /// <param name="targets">Targets of the batch.</param>
    /// <param name="classificationDivisor">Number of sampled positive anchors, or sum of the assigner's qualities; null without these.</param>
    /// <param name="weights">Sum of the weights that the targets have; null without weights.</param>
    /// <param name="evaluate">Computes the losses of the batch with a given normalizer.</param>
    public void Add(BatchTargets targets, double? classificationDivisor, WeightSum? weights, Func<LossNormalizer, LossResult> evaluate)
    {
        var loss = evaluate(kind == NormalizerKind.PerImage ? LossNormalizer.PerImage(targets.PositivesByImage(), 1) : 1);
        // Without sampling, the loss is normalized by all positives; likewise without weights, as if all were 1.
        var divisor = kind == NormalizerKind.PerImage ? targets.Size.Images : targets.PositiveCount;
        _batches.Add(new(loss.Classification, loss.Box - loss.Centerness, loss.Centerness, divisor, classificationDivisor ?? divisor, weights));
    }

    /// <summary>Returns the normalized losses of the batches of all processes, in the order of the processes.</summary>
    public (double Classification, double Box) Compute(IProcessGroup group)
    {
        // Single losses instead of sums are gathered, so that the sums do not depend on the number of processes.
        var total = group.Gather(MemoryMarshal.AsBytes<Batch>(_batches.ToArray())).SelectMany(bytes => MemoryMarshal.Cast<byte, Batch>(bytes).ToArray())
            .Aggregate(default(Batch), (sum, batch) => sum + batch);
        var divisor = Math.Max(1, total.Divisor);
        return (total.Classification / Math.Max(1, total.ClassificationDivisor), ((total.Box * (total.Weights?.Factor ?? 1)) + total.Centerness) / divisor);
    }

    private readonly record struct Batch(double Classification, double Box, double Centerness, long Divisor, double ClassificationDivisor, WeightSum? Weights)
    {
        public static Batch operator +(Batch one, Batch other) => new(
            one.Classification + other.Classification, one.Box + other.Box, one.Centerness + other.Centerness, one.Divisor + other.Divisor, one.ClassificationDivisor + other.ClassificationDivisor,
            other.Weights is { } weights ? (one.Weights ?? default) + weights : one.Weights);
    }
}
