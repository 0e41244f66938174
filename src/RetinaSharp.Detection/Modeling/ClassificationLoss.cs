using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using TorchSharp;
using static TorchSharp.torch;
using BFloat16 = RetinaSharp.Losses.BFloat16;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Computes the built-in classification losses: with the vectorized loops of RetinaSharp.Losses for logits on the CPU, else with
/// <see cref="TensorLosses"/> on the device of the logits.
/// </summary>
/// <param name="settings">Kind of loss and its parameters.</param>
public sealed class ClassificationLoss(LossSettings settings) : IClassificationLoss
{
    /// <inheritdoc/>
    public (double Value, Tensor Gradient) Evaluate(Tensor logits, ReadOnlySpan<int> labels, LossNormalizer normalizer, int threads = 0)
    {
        if (logits.device_type != DeviceType.CPU)
            return TensorLosses.Evaluate(settings, logits, labels, normalizer);
        var gradient = empty_like(logits);
        var value = logits.dtype == ScalarType.BFloat16
            ? EvaluateParts(logits.Elements<BFloat16>(), labels, normalizer, threads, gradient.Elements<BFloat16>())
            : EvaluateParts(logits.Elements<float>(), labels, normalizer, threads, gradient.Elements<float>());
        return (value, gradient);
    }

    private double EvaluateParts<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, LossNormalizer normalizer, int threads, Span<T> gradient)
        where T : unmanaged
    {
        var (value, rows, outputs) = (0.0, labels.Length / normalizer.Parts, logits.Length / labels.Length);
        for (var part = 0; part < normalizer.Parts; part++)
        {
            var (first, length) = (part * rows * outputs, rows * outputs);
            value += Evaluate(logits.Slice(first, length), labels.Slice(part * rows, rows), outputs, normalizer[part], threads, gradient.Slice(first, length));
        }

        return value;
    }

    private double Evaluate<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int outputs, double normalizer, int threads, Span<T> gradient)
        where T : unmanaged
    {
        var options = new LossOptions { Normalizer = normalizer, AllowsNonFinite = true, Threads = threads };
        return settings.Classification switch
        {
            ClassificationLossKind.CrossEntropy => SigmoidLoss.Evaluate(new CrossEntropy(settings.Alpha), logits, labels, outputs, gradient, options),
            ClassificationLossKind.FocalStar => SigmoidLoss.Evaluate(new FocalStarLoss(settings.Gamma, settings.StarBeta, settings.Alpha), logits, labels, outputs, gradient, options),
            ClassificationLossKind.SoftmaxFocal => Softmax(logits, labels, outputs, options, gradient),
            _ => SigmoidLoss.Evaluate(new FocalLoss(settings.Gamma, settings.Alpha), logits, labels, outputs, gradient, options),
        };
    }

    private double Softmax<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int outputs, LossOptions options, Span<T> gradient)
        where T : unmanaged
    {
        float[] alpha = [];
        if (settings.Alpha is { } positive)
        {
            alpha = new float[outputs];
            Array.Fill(alpha, (float)positive);
            alpha[0] = (float)(1 - positive);
        }

        return SoftmaxLoss.Evaluate(new FocalLoss(settings.Gamma, alpha: null), logits, labels, outputs, gradient, options with { ClassAlpha = alpha, LabelOffset = 1 });
    }
}
