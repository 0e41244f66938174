namespace RetinaSharp.Experiments.Reports;

/// <summary>The points of a line chart as a table: the places, and for every series a value at each of them, or none.</summary>
internal sealed class ChartData
{
    public ChartData(LineChart chart)
    {
        var series = chart.Series.Select(one => ByX(one, chart)).ToList();
        X = [.. series.SelectMany(values => values.Keys).Distinct().Order()];
        Y = [.. series.Select(values => X.Select(x => values.TryGetValue(x, out var y) ? y : (double?)null).ToArray())];
    }

    /// <summary>The places, rising.</summary>
    public double[] X { get; }

    /// <summary>Of each series the values at the places.</summary>
    public double?[][] Y { get; }

    /// <summary>The values of a series that can be drawn, by x; of several at one x the last.</summary>
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
