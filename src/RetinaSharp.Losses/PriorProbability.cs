namespace RetinaSharp.Losses;

/// <summary>The start of the classification layer that keeps the first steps of training from diverging.</summary>
public static class PriorProbability
{
    /// <summary>
    /// The bias <c>-log((1 - π) / π)</c> with which every anchor starts at probability π of being foreground
    /// (Lin et al., Focal Loss for Dense Object Detection, section 3.3).
    /// </summary>
    /// <param name="prior">π, between 0 and 1, both excluded; the paper has .01.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prior is not between 0 and 1.</exception>
    public static double Bias(double prior) => prior is > 0 and < 1
        ? -Math.Log((1 - prior) / prior)
        : throw new ArgumentOutOfRangeException(nameof(prior), prior, "the prior lies between 0 and 1, both excluded");
}
