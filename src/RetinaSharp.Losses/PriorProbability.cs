namespace RetinaSharp.Losses;

/// <summary>Initialization of the classification layer's bias, which keeps the first training steps from diverging.</summary>
public static class PriorProbability
{
    /// <summary>
    /// Computes the bias <c>-log((1 - π) / π)</c>, with which the initial foreground probability of every anchor is π (Lin et al.,
    /// <a href="https://arxiv.org/abs/1708.02002">Focal Loss for Dense Object Detection</a>, section 3.3).
    /// </summary>
    /// <param name="prior">The prior probability π, in (0, 1); the paper uses .01.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prior is not in (0, 1).</exception>
    public static double Bias(double prior) => prior is > 0 and < 1
        ? -Math.Log((1 - prior) / prior)
        : throw new ArgumentOutOfRangeException(nameof(prior), prior, "the prior must be between 0 and 1, both exclusive");
}
