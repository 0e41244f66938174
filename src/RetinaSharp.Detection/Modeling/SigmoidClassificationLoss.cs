using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using TorchSharp;
using static TorchSharp.torch;
using BFloat16 = RetinaSharp.Losses.BFloat16;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Applies a sigmoid loss to every logit of every anchor.</summary>
/// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
/// <param name="loss">The binary loss.</param>
/// <param name="settings">The settings of <paramref name="loss"/>, for logits that are not on the CPU.</param>
internal sealed class SigmoidClassificationLoss<TLoss>(TLoss loss, LossSettings settings) : IClassificationLoss where TLoss : struct, ISigmoidLoss
{
    /// <inheritdoc/>
    public bool UsesQualities => typeof(TLoss) == typeof(QualityFocalLoss) || typeof(TLoss) == typeof(VarifocalLoss);

    /// <inheritdoc/>
    public (double Value, Tensor Gradient) Evaluate(Tensor logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, LossNormalizer normalizer, int threads = 0)
    {
        if (logits.device_type != DeviceType.CPU)
            return TensorLosses.Supports(settings.Classification) ? TensorLosses.Evaluate(settings, logits, labels, normalizer) : EvaluateCopy(logits, labels, qualities, normalizer, threads);
        var (value, gradient) = (0.0, empty_like(logits));
        var (classes, anchors) = ((int)logits.shape[^1], labels.Length / normalizer.Count);
        for (var part = 0; part < normalizer.Count; part++)
        {
            var rows = (part * anchors)..((part + 1) * anchors);
            var elements = (part * anchors * classes)..((part + 1) * anchors * classes);
            var options = new LossOptions { Normalizer = normalizer[part], AllowsNonFinite = true, Threads = threads };
            value += logits.dtype == ScalarType.BFloat16
                ? Evaluate(logits.Elements<BFloat16>()[elements], labels[rows], UsesQualities ? qualities[rows] : [], classes, gradient.Elements<BFloat16>()[elements], options)
                : Evaluate(logits.Elements<float>()[elements], labels[rows], UsesQualities ? qualities[rows] : [], classes, gradient.Elements<float>()[elements], options);
        }

        return (value, gradient);
    }

    private (double Value, Tensor Gradient) EvaluateCopy(Tensor logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, LossNormalizer normalizer, int threads)
    {
        using var scope = NewDisposeScope();
        var (value, gradient) = Evaluate(logits.to(CPU), labels, qualities, normalizer, threads);
        return (value, gradient.to(logits.device).MoveToOuterDisposeScope());
    }

    private double Evaluate<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, int classes, Span<T> gradient, LossOptions options)
        where T : unmanaged => UsesQualities
        ? SigmoidLoss.Evaluate(loss, logits, labels, qualities, classes, gradient, options)
        : SigmoidLoss.Evaluate(loss, logits, labels, classes, gradient, options);
}
