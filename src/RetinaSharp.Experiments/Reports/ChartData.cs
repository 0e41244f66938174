namespace RetinaSharp.Experiments.Reports;

/// <summary>The points of a line chart as a table: one row for each x value of any series, one column with the y values of each series.</summary>
internal sealed class ChartData
{
    public ChartData(LineChart chart)
    {
        var series = chart.Series.Select(one => ByX(one, chart)).ToList();
        X = [.. series.SelectMany(values => values.Keys).Distinct().Order()];
        Y = [.. series.Select(values => X.Select(x => values.TryGetValue(x, out var y) ? y : (double?)null).ToArray())];
    }

    /// <summary>The distinct x values of all series, ascending.</summary>
    public double[] X { get; }

    /// <summary>The y values, indexed by series and by index in <see cref="X"/>; null if the series has no point at this x.</summary>
    public double?[][] Y { get; }

    /// <summary>
    /// Returns the y value for each x value of a series. Points that cannot be drawn are left out: non-finite ones, and on a logarithmic axis those that are
    /// not positive. Of several points with the same x, the last one counts.
    /// </summary>
    public static Dictionary<double, double> ByX(LineSeries series, LineChart chart)
    {
        var values = new Dictionary<double, double>();
        foreach (var (x, y) in series.Points)
            if (IsDrawn(x, chart.IsXLogarithmic) && IsDrawn(y, chart.IsYLogarithmic))
                values[x] = y;
        return values;
    }

    private static bool IsDrawn(double value, bool isLogarithmic) => double.IsFinite(value) && (value > 0 || !isLogarithmic);
}
