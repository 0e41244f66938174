namespace RetinaSharp.Experiments.Statistics;

/// <summary>Confidence interval of the mean of normally distributed values, by Student's t-distribution.</summary>
internal static class MeanInterval
{
    /// <summary>Computes the interval mean ± t · s / √n, with the sample standard deviation s; null for fewer than two values.</summary>
    /// <param name="values">The values.</param>
    /// <param name="confidence">The confidence, in (0, 1).</param>
    public static (double Low, double High)? Compute(IReadOnlyList<double> values, double confidence = .95)
    {
        if (values.Count < 2)
            return null;
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        var half = StudentQuantile(confidence, values.Count - 1) * deviation / Math.Sqrt(values.Count);
        return (mean - half, mean + half);
    }

    /// <summary>Returns the t for which |T| &lt; t has a given probability.</summary>
    /// <param name="probability">The probability, in (0, 1).</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double StudentQuantile(double probability, int freedom)
    {
        var (low, high) = (0.0, Math.PI / 2);
        // Bisection down to the precision of a double.
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Probability(middle, freedom) < probability)
                low = middle;
            else
                high = middle;
        }

        return Math.Sqrt(freedom) * Math.Tan(low);
    }

    // Abramowitz and Stegun, 26.7.3 and 26.7.4: finite series in θ = arctan(t / √ν).
    private static double Probability(double theta, int freedom)
    {
        var (sine, cosine) = Math.SinCos(theta);
        var isOdd = freedom % 2 == 1;
        var (term, sum) = isOdd ? (cosine, freedom == 1 ? 0 : cosine) : (1, 1);
        for (var k = isOdd ? 3 : 2; k < freedom; k += 2)
        {
            term *= cosine * cosine * (k - 1) / k;
            sum += term;
        }

        return isOdd ? 2 / Math.PI * (theta + sine * sum) : sine * sum;
    }
}
