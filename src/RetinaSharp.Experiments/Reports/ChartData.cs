namespace RetinaSharp.Experiments.Reports;

/// <summary>The points of a line chart as a table: the x values of all series, and the y value of each series at each of them, if any.</summary>
internal sealed class ChartData
{
    public ChartData(LineChart chart)
    {
        var series = chart.Series.Select(one => ByX(one, chart)).ToList();
        X = [.. series.SelectMany(values => values.Keys).Distinct().Order()];
        Y = [.. series.Select(values => X.Select(x => values.TryGetValue(x, out var y) ? y : (double?)null).ToArray())];
    }

    /// <summary>The x values, ascending.</summary>
    public double[] X { get; }

    /// <summary>[series][x]: the y values; null where a series has no point.</summary>
    public double?[][] Y { get; }

    /// <summary>The points of a series that can be drawn, by x; of several at one x the last.</summary>
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
