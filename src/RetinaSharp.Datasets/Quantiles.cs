namespace RetinaSharp.Datasets;

/// <summary>Quantiles of a sample of numbers; all NaN for an empty sample.</summary>
/// <param name="Min">The minimum.</param>
/// <param name="P05">The 5 % quantile.</param>
/// <param name="P25">The 25 % quantile.</param>
/// <param name="Median">The median.</param>
/// <param name="P75">The 75 % quantile.</param>
/// <param name="P95">The 95 % quantile.</param>
/// <param name="Max">The maximum.</param>
public sealed record Quantiles(double Min, double P05, double P25, double Median, double P75, double P95, double Max)
{
    /// <summary>Computes quantiles with linear interpolation, the default of numpy.quantile.</summary>
    /// <param name="values">The sample, in any order.</param>
    public static Quantiles Compute(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return new(At(sorted, 0), At(sorted, .05), At(sorted, .25), At(sorted, .5), At(sorted, .75), At(sorted, .95), At(sorted, 1));
    }

    private static double At(double[] sorted, double fraction)
    {
        if (sorted.Length == 0)
            return double.NaN;
        var position = fraction * (sorted.Length - 1);
        var lower = (int)position;
        return sorted[lower] + (position - lower) * (sorted[Math.Min(lower + 1, sorted.Length - 1)] - sorted[lower]);
    }
}
