using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Computes a classification loss and its gradient over the anchors of one pyramid level. Derive from <see cref="AutogradClassificationLoss"/> to write the
/// loss with tensor operators. Called concurrently for different parts of a batch, so implementations must be thread-safe.
/// </summary>
public interface IClassificationLoss
{
    /// <summary>
    /// Whether the target of a positive anchor's class is its quality, such as the IoU of the predicted box with the ground-truth box, instead of 1.
    /// </summary>
    bool UsesQualities => false;

    /// <summary>Computes the loss and its gradient with respect to the logits.</summary>
    /// <param name="logits">
    /// Logits [N, n, K] of N images, n anchors and K outputs; contiguous, detached from the autograd graph; fp32, bf16, or fp64 in tests.
    /// </param>
    /// <param name="labels">Labels [N · n]: class index from 0, or -1 for background, -2 for ignored.</param>
    /// <param name="qualities">
    /// Qualities [N · n] in [0, 1], which are meaningful at positive anchors; empty if <see cref="UsesQualities"/> is false. They are constants: there is no
    /// gradient with respect to them.
    /// </param>
    /// <param name="normalizer">Divisor of the sum of the losses: one for the batch, or one for each image.</param>
    /// <param name="threads">Number of threads; 0: one per core.</param>
    /// <returns>
    /// The sum of the losses divided by the normalizer, and its gradient with the shape and data type of the logits; the caller disposes the gradient. The
    /// loss may be NaN or infinite if a logit is.
    /// </returns>
    (double Value, Tensor Gradient) Evaluate(Tensor logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, LossNormalizer normalizer, int threads = 0);
}
