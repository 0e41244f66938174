using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using static TorchSharp.torch;
using BFloat16 = RetinaSharp.Losses.BFloat16;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Applies <see cref="SeesawLoss"/> with the parameters of the paper to the logits of each anchor, the first of which is the background's. Its statistics are the
/// numbers of positive anchors of each class in the earlier steps; MMDetection counts those of the step too, which matters in the first one only.
/// </summary>
internal sealed class SeesawClassificationLoss : IAdaptiveClassificationLoss
{
    /// <inheritdoc/>
    public IReadOnlyList<double> Statistics { get; set; } = [];

    /// <inheritdoc/>
    public (double Value, Tensor Gradient) Evaluate(Tensor logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, LossNormalizer normalizer, int threads = 0)
    {
        using var scope = NewDisposeScope();
        var onCpu = logits.to(CPU);
        var (value, gradient) = (0.0, empty_like(onCpu));
        var (outputs, anchors) = ((int)logits.shape[^1], labels.Length / normalizer.Count);
        var counts = Statistics.Count == 0 ? new ClassCounts(outputs - 1) : new ClassCounts([.. Statistics.Select(count => (long)count)]);
        for (var part = 0; part < normalizer.Count; part++)
        {
            var rows = (part * anchors)..((part + 1) * anchors);
            var elements = (part * anchors * outputs)..((part + 1) * anchors * outputs);
            var options = new LossOptions { Normalizer = normalizer[part], LabelOffset = 1, AllowsNonFinite = true, Threads = threads };
            value += onCpu.dtype == ScalarType.BFloat16
                ? new SeesawLoss().Evaluate<BFloat16>(onCpu.Elements<BFloat16>()[elements], labels[rows], counts, gradient.Elements<BFloat16>()[elements], options)
                : new SeesawLoss().Evaluate<float>(onCpu.Elements<float>()[elements], labels[rows], counts, gradient.Elements<float>()[elements], options);
        }

        return (value, gradient.to(logits.device).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Measure(Tensor gradient, ReadOnlySpan<int> labels)
    {
        var counts = new ClassCounts((int)gradient.shape[^1] - 1);
        counts.Accumulate(labels);
        return [.. counts.Counts.ToArray().Select(count => (double)count)];
    }
}
