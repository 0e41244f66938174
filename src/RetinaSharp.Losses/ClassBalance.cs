namespace RetinaSharp.Losses;

/// <summary>Weights of classes from how often they occur.</summary>
public static class ClassBalance
{
    /// <summary>
    /// α of the binary loss by inverse frequency: <c>α / (1 - α) = negatives / positives</c>, so that all positives together weigh as
    /// much as all negatives. Of K sigmoid classes each has its own.
    /// </summary>
    /// <param name="positives">Number of positives, 0 or more.</param>
    /// <param name="negatives">Number of negatives, 0 or more, not both 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or both are 0.</exception>
    public static double Alpha(long positives, long negatives)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(positives);
        ArgumentOutOfRangeException.ThrowIfNegative(negatives);
        ArgumentOutOfRangeException.ThrowIfZero(positives | negatives, nameof(positives));
        return negatives / ((double)positives + negatives);
    }

    /// <summary>Weights <c>(1 / n_c) / Σ 1 / n_c</c> of classes that exclude each other, as <see cref="LossOptions.ClassAlpha"/>.</summary>
    /// <param name="counts">Examples of each class, 0 or more; a class without any weighs 0.</param>
    /// <returns>A weight for each class; their sum is 1.</returns>
    /// <exception cref="ArgumentException">A count is negative, or all are 0.</exception>
    public static float[] InverseFrequency(ReadOnlySpan<long> counts) => Normalized(counts, count => 1.0 / count);

    /// <summary>
    /// Weights by the effective number of examples, <c>(1 - β) / (1 - β^n_c)</c>, brought to the sum 1 (Cui et al., Class-Balanced Loss
    /// Based on Effective Number of Samples): between equal weights (β = 0) and inverse frequency (β towards 1).
    /// </summary>
    /// <param name="counts">Examples of each class, 0 or more; a class without any weighs 0.</param>
    /// <param name="beta">β in [0, 1), as .999.</param>
    /// <returns>A weight for each class; their sum is 1.</returns>
    /// <exception cref="ArgumentException">A count is negative, all are 0, or β is out of its range.</exception>
    public static float[] EffectiveNumber(ReadOnlySpan<long> counts, double beta)
    {
        if (beta is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta lies in [0, 1), 1 excluded");
        return Normalized(counts, count => (1 - beta) / (1 - Math.Pow(beta, count)));
    }

    private static float[] Normalized(ReadOnlySpan<long> counts, Func<long, double> weigh)
    {
        var weights = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] < 0)
                throw new ArgumentOutOfRangeException(nameof(counts), counts[i], $"class {i} has a count below 0");
            weights[i] = counts[i] == 0 ? 0 : weigh(counts[i]);
        }

        var sum = weights.Sum();
        if (sum == 0)
            throw new ArgumentException("no class has an example", nameof(counts));
        return [.. weights.Select(weight => (float)(weight / sum))];
    }
}
