using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Statistics;

/// <summary>Percentile bootstrap (Efron): the spread of a statistic over samples that are drawn with replacement from the observed ones.</summary>
internal static class Bootstrap
{
    private const int Resamples = 5000;

    /// <summary>Computes a confidence interval. Equal arguments give equal intervals.</summary>
    /// <param name="count">Number of observations.</param>
    /// <param name="statistic">Computes the statistic of a sample of observations, given as indices; null if it is undefined for that sample.</param>
    /// <param name="confidence">The confidence, in (0, 1).</param>
    /// <returns>The interval; null if the statistic is undefined for more than half of the samples.</returns>
    public static (double Low, double High)? Interval(int count, Func<int[], double?> statistic, double confidence)
    {
        var stream = new RandomStream(0, "bootstrap");
        var sample = new int[count];
        var values = new List<double>(Resamples);
        for (var i = 0; i < Resamples; i++)
        {
            foreach (ref var index in sample.AsSpan())
                index = stream.NextInt(count);
            if (statistic(sample) is { } value)
                values.Add(value);
        }

        if (values.Count <= Resamples / 2)
            return null;
        values.Sort();
        var tail = (1 - confidence) / 2;
        return (Quantile(tail), Quantile(1 - tail));

        double Quantile(double share)
        {
            var position = share * (values.Count - 1);
            var below = (int)position;
            return double.Lerp(values[below], values[Math.Min(below + 1, values.Count - 1)], position - below);
        }
    }
}
