namespace RetinaSharp.Datasets;

/// <summary>How numbers are spread; NaN throughout where there are none.</summary>
/// <param name="Min">The least.</param>
/// <param name="P05">5 % are below.</param>
/// <param name="P25">25 % are below.</param>
/// <param name="Median">Half are below.</param>
/// <param name="P75">75 % are below.</param>
/// <param name="P95">95 % are below.</param>
/// <param name="Max">The greatest.</param>
public sealed record Quantiles(double Min, double P05, double P25, double Median, double P75, double P95, double Max)
{
    /// <summary>The quantiles of some numbers, interpolated between neighbors as numpy's default does.</summary>
    /// <param name="values">The numbers, in any order.</param>
    public static Quantiles Compute(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return new(At(sorted, 0), At(sorted, .05), At(sorted, .25), At(sorted, .5), At(sorted, .75), At(sorted, .95), At(sorted, 1));
    }

    private static double At(double[] sorted, double part)
    {
        if (sorted.Length == 0)
            return double.NaN;
        var place = part * (sorted.Length - 1);
        var lower = (int)place;
        return sorted[lower] + (place - lower) * (sorted[Math.Min(lower + 1, sorted.Length - 1)] - sorted[lower]);
    }
}
