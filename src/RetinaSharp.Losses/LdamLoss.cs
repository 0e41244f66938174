using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>
/// Label-distribution-aware margin loss (Cao et al., <a href="https://arxiv.org/abs/1906.07413">Learning Imbalanced Datasets with
/// Label-Distribution-Aware Margin Loss</a>): softmax cross entropy of the logits <c>s (x_j - Δ_j)</c>, where Δ is <c>C / n_i^(1/4)</c> for the
/// correct class i of n_i examples, and 0 for the others. The constant <c>C = maxMargin · min_j n_j^(1/4)</c> gives the rarest class the margin
/// maxMargin. The gradient with respect to x is s times that of softmax cross entropy.
/// </summary>
public sealed class LdamLoss
{
    private readonly double[] _margins;

    /// <summary>Creates the loss.</summary>
    /// <param name="counts">
    /// Number of training examples of each output of the network, [outputs], 2 or more, each 0 or more; 0 counts as 1. A background is an output
    /// like any other.
    /// </param>
    /// <param name="maxMargin">The margin of the rarest class, 0 or more, which determines C. The authors' code has .5.</param>
    /// <param name="scale">
    /// The factor s of the logits, greater than 0. The authors' code has 30, for logits that are cosines of normalized features and weights; for
    /// logits without a bound, 1 is right.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There are fewer than 2 counts, a count is negative, the margin is negative, the scale is not greater than 0, or one of them is not finite.
    /// </exception>
    public LdamLoss(ReadOnlySpan<long> counts, double maxMargin = .5, double scale = 30)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(counts.Length, 2, nameof(counts));
        if (!(maxMargin >= 0 && float.IsFinite((float)maxMargin)))
            throw new ArgumentOutOfRangeException(nameof(maxMargin), maxMargin, "the maximum margin must be finite and 0 or more");
        if (!((float)scale > 0 && float.IsFinite((float)scale)))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "the scale must be finite and greater than 0");
        Scale = scale;
        var least = long.MaxValue;
        for (var i = 0; i < counts.Length; i++)
            least = counts[i] >= 0 ? Math.Min(least, Math.Max(1, counts[i]))
                : throw new ArgumentOutOfRangeException(nameof(counts), counts[i], $"the count of class {i} is negative");
        _margins = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++)
            _margins[i] = maxMargin * Math.Pow((double)least / Math.Max(1, counts[i]), .25);
    }

    /// <summary>The margin of each class, [outputs].</summary>
    public ReadOnlySpan<double> Margins => _margins;

    /// <summary>The factor s of the logits.</summary>
    public double Scale { get; }

    /// <summary>Computes the loss of rows with class labels.</summary>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="logits">Logits [rows, outputs], finite.</param>
    /// <param name="labels">Labels [rows]: a class index (after adding <see cref="LossOptions.LabelOffset"/>), or an ignored label.</param>
    /// <param name="gradient">Receives the gradient of the returned value with respect to the logits, [rows, outputs]. Must not overlap the inputs.</param>
    /// <param name="options">Reduction, weights and other options, without label smoothing.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, the gradient overlaps an input, a label is invalid, a logit or a weight makes the
    /// loss NaN or infinite (the message names the first that is not finite, see <see cref="LossOptions.AllowsNonFinite"/>), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public unsafe double Evaluate<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, Span<T> gradient, LossOptions options = default) where T : unmanaged
    {
        LossCheck.Output(logits.Length, gradient, logits, labels);
        fixed (T* to = gradient)
            return SoftmaxLoss.Run(
                default(CrossEntropy), new MarginAdjustment(_margins, Scale), logits, labels, [], _margins.Length, to, null, options);
    }
}
