using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using TorchSharp;
using static TorchSharp.torch;
using BFloat16 = RetinaSharp.Losses.BFloat16;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Applies softmax focal loss to the logits of each anchor, the first of which is the background's.</summary>
/// <param name="settings">Parameters of the loss.</param>
internal sealed class SoftmaxClassificationLoss(LossSettings settings) : IClassificationLoss
{
    /// <inheritdoc/>
    public (double Value, Tensor Gradient) Evaluate(Tensor logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, LossNormalizer normalizer, int threads = 0)
    {
        if (logits.device_type != DeviceType.CPU)
            return TensorLosses.Evaluate(settings, logits, labels, normalizer);
        var loss = new FocalLoss(settings.Gamma, alpha: null);
        var (value, gradient) = (0.0, empty_like(logits));
        var (outputs, anchors) = ((int)logits.shape[^1], labels.Length / normalizer.Count);
        var alpha = Alpha(outputs);
        for (var part = 0; part < normalizer.Count; part++)
        {
            var rows = (part * anchors)..((part + 1) * anchors);
            var elements = (part * anchors * outputs)..((part + 1) * anchors * outputs);
            var options = new LossOptions { Normalizer = normalizer[part], ClassAlpha = alpha, LabelOffset = 1, AllowsNonFinite = true, Threads = threads };
            value += logits.dtype == ScalarType.BFloat16
                ? SoftmaxLoss.Evaluate(loss, logits.Elements<BFloat16>()[elements], labels[rows], outputs, gradient.Elements<BFloat16>()[elements], options)
                : SoftmaxLoss.Evaluate(loss, logits.Elements<float>()[elements], labels[rows], outputs, gradient.Elements<float>()[elements], options);
        }

        return (value, gradient);
    }

    /// <summary>Returns α per output: 1 - α for the background, α for all classes; empty without α.</summary>
    private float[] Alpha(int outputs)
    {
        if (settings.Alpha is not { } positive)
            return [];
        var alpha = new float[outputs];
        Array.Fill(alpha, (float)positive);
        alpha[0] = (float)(1 - positive);
        return alpha;
    }
}
