using RetinaSharp.Losses;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Base class of custom classification losses that are written with tensor operators. The loss is computed in fp32, and autograd computes its gradient.
/// </summary>
public abstract class AutogradClassificationLoss : IClassificationLoss
{
    /// <inheritdoc/>
    public (double Value, Tensor Gradient) Evaluate(Tensor logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, LossNormalizer normalizer, int threads = 0)
    {
        using var scope = NewDisposeScope();
        var (targets, weights) = Targets(labels, (int)logits.shape[^1], normalizer, logits.device);
        using var recording = enable_grad();
        // The logits of ignored anchors are replaced by 0: a NaN or infinite logit times a weight of 0 would still make the gradient NaN.
        var values = logits.detach().to(ScalarType.Float32).view(-1, logits.shape[^1]);
        var rows = values.where(weights.to(ScalarType.Bool), zeros_like(values)).requires_grad_();
        var loss = Evaluate(rows, targets);
        if (!loss.shape.SequenceEqual(rows.shape))
            throw new InvalidOperationException($"{GetType().Name} returned a loss of shape [{string.Join(", ", loss.shape)}] for logits of shape [{string.Join(", ", rows.shape)}]: return one value for each logit.");
        var sum = (loss * weights).sum(ScalarType.Float64);
        sum.backward();
        var gradient = rows.grad ?? throw new InvalidOperationException($"{GetType().Name} returned a loss that does not depend on the logits.");
        return (sum.item<double>(), gradient.to(logits.dtype).view(logits.shape).MoveToOuterDisposeScope());
    }

    /// <summary>Computes the loss of each logit, without normalization.</summary>
    /// <param name="logits">Logits [anchors, K], fp32, with <c>requires_grad</c> set.</param>
    /// <param name="targets">Targets [anchors, K]: 1 for the class of a positive anchor, else 0.</param>
    /// <returns>Loss of each logit, [anchors, K], a differentiable function of the logits.</returns>
    protected abstract Tensor Evaluate(Tensor logits, Tensor targets);

    private static (Tensor Targets, Tensor Weights) Targets(ReadOnlySpan<int> labels, int classes, LossNormalizer normalizer, Device device)
    {
        var (targets, weights) = (new float[labels.Length * classes], new float[labels.Length]);
        var rows = labels.Length / normalizer.Count;
        for (var row = 0; row < labels.Length; row++)
        {
            if (labels[row] == SigmoidLoss.Ignore)
                continue;
            weights[row] = (float)(1 / normalizer[row / rows]);
            if (labels[row] >= 0)
                targets[(row * classes) + labels[row]] = 1;
        }

        return (tensor(targets, [labels.Length, classes], device: device), tensor(weights, [labels.Length, 1], device: device));
    }
}
