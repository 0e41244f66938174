using RetinaSharp.Detection.Settings;
using RetinaSharp.Losses;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// The classification losses as compositions of operators, for outputs that are on another device: the closed forms of
/// RetinaSharp.Losses in log-space, without autograd, whose derivative of the power is NaN where 1 - p_t rounds to 0.
/// Computed in single precision whatever the logits are, summed in double.
/// </summary>
internal static class TensorLosses
{
    /// <inheritdoc cref="ClassificationLoss.Evaluate"/>
    public static (double Value, Tensor Gradient) Evaluate(LossSettings settings, Tensor logits, ReadOnlySpan<int> labels, LossNormalizer normalizer)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var rows = logits.To(ScalarType.Float32).View(-1, logits.Shape[^1]);
        var (value, gradient) = settings.HasBackgroundOutput ? Softmax(settings, rows, labels) : Sigmoid(settings, rows, labels);
        var (sum, rowsOfAPart) = (0.0, labels.Length / normalizer.Parts);
        var scales = new float[normalizer.Parts];
        for (var part = 0; part < normalizer.Parts; part++)
        {
            sum += value.Slice(0, part * rowsOfAPart, (part + 1) * rowsOfAPart).SumAll(ScalarType.Float64).To(Device.Cpu, ScalarType.Float64).Data<double>()[0] / normalizer[part];
            scales[part] = (float)(1 / normalizer[part]);
        }

        var scaled = gradient.View(normalizer.Parts, -1) * Tensor.From<float>(scales, logits.Device, normalizer.Parts, 1);
        return (sum, scope.Keep(scaled.To(logits.Type).View(logits.Shape.ToArray())));
    }

    /// <inheritdoc cref="ClassificationLoss.CrossEntropies"/>
    public static float[] CrossEntropies(Tensor logits, ReadOnlySpan<int> labels)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var plain = new LossSettings { Classification = ClassificationLossKind.CrossEntropy, Alpha = null };
        return Sigmoid(plain, logits.To(ScalarType.Float32).View(-1, logits.Shape[^1]), labels).Value.Sum([1]).ToArray();
    }

    /// <summary>All as background first, then the few places of the positives by index: there is no one-hot tensor.</summary>
    private static (Tensor Value, Tensor Gradient) Sigmoid(LossSettings settings, Tensor rows, ReadOnlySpan<int> labels)
    {
        var classes = (int)rows.Shape[1];
        var places = new List<long>();
        for (var row = 0; row < labels.Length; row++)
        {
            if (labels[row] >= 0)
                places.Add(((long)row * classes) + labels[row]);
        }

        var (value, derivative) = Member(settings, -rows);
        var negative = 1 - settings.Alpha ?? 1;
        (value, var gradient) = (value * negative, derivative * -negative);
        if (places.Count > 0)
        {
            var positives = Indices([.. places], rows.Device);
            var (positiveValue, positiveDerivative) = Member(settings, rows.View(-1).IndexSelect(0, positives));
            var positive = settings.Alpha ?? 1;
            value.View(-1).IndexCopy_(0, positives, positiveValue * positive);
            gradient.View(-1).IndexCopy_(0, positives, positiveDerivative * positive);
        }

        return WithoutIgnored(value, gradient, labels);
    }

    /// <summary>
    /// The member at <c>t = x_i - log Σ_{j≠i} e^{x_j}</c>, i the target, whose derivative by the other logits is minus that by t,
    /// shared out by their softmax. The greatest of the others is taken away first, so that no large number is rounded.
    /// </summary>
    private static (Tensor Value, Tensor Gradient) Softmax(LossSettings settings, Tensor rows, ReadOnlySpan<int> labels)
    {
        var (targets, weights) = (new long[labels.Length], new float[labels.Length]);
        for (var row = 0; row < labels.Length; row++)
        {
            // Background is the first output. What is ignored is made so at the end.
            targets[row] = Math.Max(labels[row], SigmoidLoss.Background) - SigmoidLoss.Background;
            weights[row] = (float)(settings.Alpha is not { } alpha ? 1 : targets[row] == 0 ? 1 - alpha : alpha);
        }

        var target = Tensor.From<long>(targets, rows.Device, targets.Length, 1);
        var weight = Tensor.From<float>(weights, rows.Device, weights.Length, 1);
        var others = rows.Scatter(1, target, double.NegativeInfinity);
        var greatest = others.Amax(1);
        others -= greatest;
        var (value, derivative) = Member(settings, rows.Gather(1, target) - greatest - others.LogSumExp(1));
        (value, derivative) = (value * weight, derivative * weight);
        return WithoutIgnored(value, (others.Softmax(1) * -derivative).Scatter_(1, target, derivative), labels);
    }

    /// <summary>Value and derivative of the loss by x_t, without α; the order of the factors keeps infinity times zero out.</summary>
    private static (Tensor Value, Tensor Derivative) Member(LossSettings settings, Tensor logit)
    {
        if (settings.Classification == ClassificationLossKind.FocalStar)
        {
            var opposite = -((logit * settings.Gamma) + settings.StarBeta);
            return (opposite.Softplus() * (1 / settings.Gamma), -opposite.Sigmoid());
        }

        var (crossEntropy, complement) = ((-logit).Softplus(), (-logit).Sigmoid());
        if (settings.Classification == ClassificationLossKind.CrossEntropy || settings.Gamma == 0)
            return (crossEntropy, -complement);
        var power = (logit.Softplus() * -settings.Gamma).Exp();
        return (power * crossEntropy, -(power * ((logit.Sigmoid() * crossEntropy * settings.Gamma) + complement)));
    }

    private static (Tensor Value, Tensor Gradient) WithoutIgnored(Tensor value, Tensor gradient, ReadOnlySpan<int> labels)
    {
        var ignored = new List<long>();
        for (var row = 0; row < labels.Length; row++)
        {
            if (labels[row] == SigmoidLoss.Ignore)
                ignored.Add(row);
        }

        if (ignored.Count == 0)
            return (value, gradient);
        var rows = Indices([.. ignored], value.Device);
        return (value.IndexFill_(0, rows, 0), gradient.IndexFill_(0, rows, 0));
    }

    private static Tensor Indices(ReadOnlySpan<long> places, Device device) => Tensor.From(places, device, places.Length);
}
