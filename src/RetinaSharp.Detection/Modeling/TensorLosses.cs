using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Computes the classification losses with tensor operators, for logits on a GPU. Value and gradient are the closed forms of RetinaSharp.Losses in log space.
/// Autograd is not used: its derivative of the power is NaN where 1 - p_t rounds to 0. Losses are computed in fp32, for logits of any data type, and summed
/// in fp64.
/// </summary>
internal static class TensorLosses
{
    /// <summary>Returns whether a kind of loss is computed with tensor operators: those of the focal loss paper.</summary>
    public static bool Supports(ClassificationLossKind kind) =>
        kind is ClassificationLossKind.Focal or ClassificationLossKind.CrossEntropy or ClassificationLossKind.FocalStar or ClassificationLossKind.SoftmaxFocal;

    /// <inheritdoc cref="IClassificationLoss.Evaluate"/>
    public static (double Value, Tensor Gradient) Evaluate(LossSettings settings, Tensor logits, ReadOnlySpan<int> labels, LossNormalizer normalizer)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var rows = logits.to(ScalarType.Float32).view(-1, logits.shape[^1]);
        var (value, gradient) = settings.HasBackgroundOutput ? Softmax(settings, rows, labels) : Sigmoid(settings, rows, labels);
        var (sum, rowsOfAPart) = (0.0, labels.Length / normalizer.Count);
        var scales = new float[normalizer.Count];
        for (var part = 0; part < normalizer.Count; part++)
        {
            sum += value.slice(0, part * rowsOfAPart, (part + 1) * rowsOfAPart, 1).sum(ScalarType.Float64).item<double>() / normalizer[part];
            scales[part] = (float)(1 / normalizer[part]);
        }

        var scaled = gradient.view(normalizer.Count, -1) * tensor(scales, [normalizer.Count, 1], device: logits.device);
        return (sum, scaled.to(logits.dtype).view(logits.shape).MoveToOuterDisposeScope());
    }

    /// <inheritdoc cref="AnchorCrossEntropy.Compute"/>
    public static float[] CrossEntropies(Tensor logits, ReadOnlySpan<int> labels)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var plain = new LossSettings { Classification = ClassificationLossKind.CrossEntropy, Alpha = null };
        return Sigmoid(plain, logits.to(ScalarType.Float32).view(-1, logits.shape[^1]), labels).Value.sum(1).to(CPU).data<float>().ToArray();
    }

    /// <summary>
    /// Computes loss and gradient of each logit, with a sigmoid per class. First treats all logits as negatives, then overwrites the results of the few
    /// positives by index. This avoids a one-hot tensor.
    /// </summary>
    private static (Tensor Value, Tensor Gradient) Sigmoid(LossSettings settings, Tensor rows, ReadOnlySpan<int> labels)
    {
        var classes = (int)rows.shape[1];
        var indices = new List<long>();
        for (var row = 0; row < labels.Length; row++)
        {
            if (labels[row] >= 0)
                indices.Add(((long)row * classes) + labels[row]);
        }

        var (value, derivative) = BinaryLoss(settings, -rows);
        var negative = 1 - settings.Alpha ?? 1;
        (value, var gradient) = (value.Times(negative), derivative.Times(-negative));
        if (indices.Count > 0)
        {
            var positives = Indices([.. indices], rows.device);
            var (positiveValue, positiveDerivative) = BinaryLoss(settings, rows.view(-1).index_select(0, positives));
            var positive = settings.Alpha ?? 1;
            value.view(-1).index_copy_(0, positives, positiveValue.Times(positive));
            gradient.view(-1).index_copy_(0, positives, positiveDerivative.Times(positive));
        }

        return WithoutIgnored(value, gradient, labels);
    }

    /// <summary>
    /// Computes loss and gradient of each anchor, with a softmax over its logits x. The loss is the binary loss at <c>t = x_i - log Σ_{j≠i} e^{x_j}</c>,
    /// where i is the target. Its gradient with respect to another logit x_j is minus the derivative with respect to t, times the softmax over the other
    /// logits at j. The maximum of the other logits is subtracted first, to avoid rounding of large numbers.
    /// </summary>
    private static (Tensor Value, Tensor Gradient) Softmax(LossSettings settings, Tensor rows, ReadOnlySpan<int> labels)
    {
        var (targets, weights) = (new long[labels.Length], new float[labels.Length]);
        for (var row = 0; row < labels.Length; row++)
        {
            // The background is the first output. Ignored rows are set to 0 at the end.
            targets[row] = Math.Max(labels[row], SigmoidLoss.Background) - SigmoidLoss.Background;
            weights[row] = (float)(settings.Alpha is not { } alpha ? 1 : targets[row] == 0 ? 1 - alpha : alpha);
        }

        var target = tensor(targets, [targets.Length, 1], device: rows.device);
        var weight = tensor(weights, [weights.Length, 1], device: rows.device);
        using Scalar none = double.NegativeInfinity;
        var others = rows.scatter(1, target, full_like(weight, none));
        var greatest = others.amax([1], keepdim: true);
        others = others - greatest;
        var (value, derivative) = BinaryLoss(settings, rows.gather(1, target) - greatest - others.logsumexp(1, keepdim: true));
        (value, derivative) = (value * weight, derivative * weight);
        return WithoutIgnored(value, (others.softmax(1) * -derivative).scatter_(1, target, derivative), labels);
    }

    /// <summary>
    /// Computes the binary loss of the logits x_t and its derivative, without the weight α. The order of the factors avoids infinity times 0.
    /// </summary>
    private static (Tensor Value, Tensor Derivative) BinaryLoss(LossSettings settings, Tensor logit)
    {
        if (settings.Classification == ClassificationLossKind.FocalStar)
        {
            var shifted = logit.Times(settings.Gamma).Plus(settings.StarBeta);
            return (shifted.log_sigmoid().Times(-1 / settings.Gamma), -(-shifted).sigmoid());
        }

        var (crossEntropy, complement) = (-logit.log_sigmoid(), (-logit).sigmoid());
        if (settings.Classification == ClassificationLossKind.CrossEntropy || settings.Gamma == 0)
            return (crossEntropy, -complement);
        var power = (-logit).log_sigmoid().Times(settings.Gamma).exp();
        return (power * crossEntropy, -(power * (logit.sigmoid() * crossEntropy).Times(settings.Gamma).Plus(complement)));
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
        var rows = Indices([.. ignored], value.device);
        using Scalar zero = 0;
        return (value.index_fill_(0, rows, zero), gradient.index_fill_(0, rows, zero));
    }

    private static Tensor Indices(long[] indices, Device device) => tensor(indices, device: device);
}
