namespace RetinaSharp.Experiments.Statistics;

/// <summary>Spearman's rank correlation: how monotone the relation of two quantities is, whatever their scales.</summary>
internal static class RankCorrelation
{
    /// <summary>Computes the correlation, in [-1, 1]; equal values have the mean of their ranks. Null if all values of a quantity are equal.</summary>
    /// <param name="x">Values of one quantity.</param>
    /// <param name="y">Values of the other quantity, as many as of the first.</param>
    public static double? Compute(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (a, b) = (CenteredRanks(x), CenteredRanks(y));
        var scale = Math.Sqrt(Product(a, a) * Product(b, b));
        return scale > 0 ? Math.Clamp(Product(a, b) / scale, -1, 1) : null;
    }

    // Twice the ranks minus their mean: integers, so that sums and products are exact.
    private static double[] CenteredRanks(IReadOnlyList<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(index => values[index]).ToArray();
        var ranks = new double[values.Count];
        for (var from = 0; from < order.Length;)
        {
            var to = from + 1;
            while (to < order.Length && values[order[to]] == values[order[from]])
                to++;
            foreach (var index in order.AsSpan(from, to - from))
                ranks[index] = from + to - values.Count;
            from = to;
        }

        return ranks;
    }

    private static double Product(double[] a, double[] b) => a.Zip(b, (one, other) => one * other).Sum();
}
