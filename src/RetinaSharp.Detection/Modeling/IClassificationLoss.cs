using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// A classification loss over the anchors of one pyramid level, with its gradient. <see cref="AutogradClassificationLoss"/> makes one of a formula
/// on tensors. Calls for different shards run at the same time.
/// </summary>
public interface IClassificationLoss
{
    /// <summary>Computes the loss and its gradient with respect to the logits.</summary>
    /// <param name="logits">[N, n, K], contiguous, detached from the graph: fp32, bf16, or fp64 in tests.</param>
    /// <param name="labels">[N · n]: class from 0, -1 background, -2 ignored.</param>
    /// <param name="normalizer">Divisor of the sum over all anchors.</param>
    /// <param name="threads">Threads to use; 0: one for each core.</param>
    /// <returns>The normalized sum, and its gradient in the shape and type of the logits, which the caller disposes. Logits that are not finite may give a loss that is not.</returns>
    (double Value, Tensor Gradient) Evaluate(Tensor logits, ReadOnlySpan<int> labels, LossNormalizer normalizer, int threads = 0);
}
