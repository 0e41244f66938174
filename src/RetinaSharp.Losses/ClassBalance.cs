namespace RetinaSharp.Losses;

/// <summary>Class weights computed from class frequencies.</summary>
/// <remarks>
/// The class-balanced loss (Cui et al.) multiplies all terms of an example by the weight of its class: pass <c>C w_c</c> of the class c of each row as
/// <see cref="LossOptions.Weights"/>. With C, the number of classes, the weights have the mean 1, as in the paper. <see cref="LossOptions.ClassAlpha"/> of a
/// <see cref="SigmoidLoss"/> is another thing: α_c where the target of class c is 1, and 1 - α_c where it is 0, whatever the class of the example.
/// </remarks>
public static class ClassBalance
{
    /// <summary>
    /// Computes the weight α of the positives of a binary loss by inverse frequency, <c>α / (1 - α) = negatives / positives</c>, so that
    /// all positives together weigh as much as all negatives. With several sigmoid classes, compute it for each class.
    /// </summary>
    /// <param name="positives">Number of positives, 0 or more.</param>
    /// <param name="negatives">Number of negatives, 0 or more; positives and negatives must not both be 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or both are 0.</exception>
    public static double Alpha(long positives, long negatives)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(positives);
        ArgumentOutOfRangeException.ThrowIfNegative(negatives);
        ArgumentOutOfRangeException.ThrowIfZero(positives | negatives, nameof(positives));
        return negatives / ((double)positives + negatives);
    }

    /// <summary>
    /// Computes class weights by inverse frequency, for mutually exclusive classes: <c>(1 / n_c) / Σ (1 / n_c)</c>, where n_c is the number
    /// of examples of class c. The weights are for <see cref="LossOptions.Weights"/>, see <see cref="ClassBalance"/>.
    /// </summary>
    /// <param name="counts">Number of examples per class, 0 or more; a class with none gets weight 0.</param>
    /// <returns>The weights of the classes, [classes]; they sum to 1.</returns>
    /// <exception cref="ArgumentException">A count is negative, or all are 0.</exception>
    public static float[] InverseFrequency(ReadOnlySpan<long> counts) => Normalized(counts, count => 1.0 / count);

    /// <summary>
    /// Computes class weights by the effective number of examples: <c>(1 - β) / (1 - β^n_c)</c>, where n_c is the number of examples of
    /// class c, normalized to sum 1 (Cui et al., <a href="https://arxiv.org/abs/1901.05555">Class-Balanced Loss Based on Effective Number
    /// of Samples</a>). β = 0 gives equal weights; β → 1 gives inverse frequency. The weights are for <see cref="LossOptions.Weights"/>, see
    /// <see cref="ClassBalance"/>.
    /// </summary>
    /// <param name="counts">Number of examples per class, 0 or more; a class with none gets weight 0.</param>
    /// <param name="beta">β in [0, 1), such as .999.</param>
    /// <returns>The weights of the classes, [classes]; they sum to 1.</returns>
    /// <exception cref="ArgumentException">A count is negative, all are 0, or β is not in [0, 1).</exception>
    public static float[] EffectiveNumber(ReadOnlySpan<long> counts, double beta)
    {
        if (beta is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta must be in [0, 1)");
        return Normalized(counts, count => (1 - beta) / (1 - Math.Pow(beta, count)));
    }

    private static float[] Normalized(ReadOnlySpan<long> counts, Func<long, double> weight)
    {
        var weights = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] < 0)
                throw new ArgumentOutOfRangeException(nameof(counts), counts[i], $"the count of class {i} is negative");
            weights[i] = counts[i] == 0 ? 0 : weight(counts[i]);
        }

        var sum = weights.Sum();
        if (sum == 0)
            throw new ArgumentException("all counts are 0", nameof(counts));
        return [.. weights.Select(weight => (float)(weight / sum))];
    }
}
