using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using TorchSharp;
using static TorchSharp.torch;
using BFloat16 = RetinaSharp.Losses.BFloat16;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// The classification loss of a level: on spans where the logits are on the CPU, else on their device, by
/// <see cref="TensorLosses"/>. Logits that are not finite come out as they may: the training finds them in the loss.
/// </summary>
internal static class ClassificationLoss
{
    /// <summary>The loss, and its gradient with respect to the logits in their shape and type.</summary>
    /// <param name="settings">The loss.</param>
    /// <param name="logits">[N, n, outputs], outside of the graph.</param>
    /// <param name="labels">[N · n]: class from 0, background or ignored.</param>
    /// <param name="normalizer">By what the sum is divided.</param>
    /// <param name="threads">Threads to use; 0: one for each core.</param>
    public static (double Value, Tensor Gradient) Evaluate(LossSettings settings, Tensor logits, ReadOnlySpan<int> labels, LossNormalizer normalizer, int threads)
    {
        if (logits.device_type != DeviceType.CPU)
            return TensorLosses.Evaluate(settings, logits, labels, normalizer);
        var gradient = empty_like(logits);
        var outputs = (int)logits.shape[^1];
        var value = logits.dtype == ScalarType.BFloat16
            ? InParts(settings, logits.Elements<BFloat16>(), labels, outputs, normalizer, threads, gradient.Elements<BFloat16>())
            : InParts(settings, logits.Elements<float>(), labels, outputs, normalizer, threads, gradient.Elements<float>());
        return (value, gradient);
    }

    /// <summary>The cross entropy of each anchor without weights, summed over its classes; 0 where it is ignored.</summary>
    /// <param name="logits">[N, n, classes], outside of the graph.</param>
    /// <param name="labels">[N · n]: class from 0, background or ignored.</param>
    /// <param name="threads">Threads to use; 0: one for each core.</param>
    public static float[] CrossEntropies(Tensor logits, ReadOnlySpan<int> labels, int threads)
    {
        if (logits.device_type != DeviceType.CPU)
            return TensorLosses.CrossEntropies(logits, labels);
        var values = new float[labels.Length];
        var classes = (int)logits.shape[^1];
        var options = new LossOptions { AllowsNonFinite = true, Threads = threads };
        if (logits.dtype == ScalarType.BFloat16)
            SigmoidLoss.RowValues<CrossEntropy, BFloat16>(default, logits.Elements<BFloat16>(), labels, classes, values, options);
        else
            SigmoidLoss.RowValues<CrossEntropy, float>(default, logits.Elements<float>(), labels, classes, values, options);
        return values;
    }

    private static double InParts<T>(LossSettings settings, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int outputs, LossNormalizer normalizer, int threads, Span<T> gradient)
        where T : unmanaged
    {
        var (value, rows) = (0.0, labels.Length / normalizer.Parts);
        for (var part = 0; part < normalizer.Parts; part++)
        {
            var (first, length) = (part * rows * outputs, rows * outputs);
            value += OnSpans(settings, logits.Slice(first, length), labels.Slice(part * rows, rows), outputs, normalizer[part], threads, gradient.Slice(first, length));
        }

        return value;
    }

    private static double OnSpans<T>(LossSettings settings, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int outputs, double normalizer, int threads, Span<T> gradient)
        where T : unmanaged
    {
        var options = new LossOptions { Normalizer = normalizer, AllowsNonFinite = true, Threads = threads };
        return settings.Classification switch
        {
            ClassificationLossKind.CrossEntropy => SigmoidLoss.Evaluate(new CrossEntropy(settings.Alpha), logits, labels, outputs, gradient, options),
            ClassificationLossKind.FocalStar => SigmoidLoss.Evaluate(new FocalStarLoss(settings.Gamma, settings.StarBeta, settings.Alpha), logits, labels, outputs, gradient, options),
            ClassificationLossKind.SoftmaxFocal => Softmax(settings, logits, labels, outputs, normalizer, threads, gradient),
            _ => SigmoidLoss.Evaluate(new FocalLoss(settings.Gamma, settings.Alpha), logits, labels, outputs, gradient, options),
        };
    }

    private static double Softmax<T>(LossSettings settings, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int outputs, double normalizer, int threads, Span<T> gradient)
        where T : unmanaged
    {
        float[] alpha = [];
        if (settings.Alpha is { } positive)
        {
            alpha = new float[outputs];
            Array.Fill(alpha, (float)positive);
            alpha[0] = (float)(1 - positive);
        }

        return SoftmaxLoss.Evaluate(new FocalLoss(settings.Gamma, alpha: null), logits, labels, outputs, gradient,
            new LossOptions { Normalizer = normalizer, ClassAlpha = alpha, LabelOffset = 1, AllowsNonFinite = true, Threads = threads });
    }
}
