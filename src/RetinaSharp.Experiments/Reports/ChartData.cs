namespace RetinaSharp.Experiments.Reports;

/// <summary>
/// The points of a line chart as a table: one row for each x value of any series, one column with the y values of each series. In a scatter chart every point
/// has a row of its own.
/// </summary>
internal sealed class ChartData
{
    public ChartData(LineChart chart)
    {
        var series = chart.Series.Select(one => Points(one, chart)).ToList();
        if (chart.IsScatter)
        {
            var rows = series.SelectMany((points, index) => points.Select(point => (point.X, point.Y, Series: index))).OrderBy(row => row.X).ToList();
            X = [.. rows.Select(row => row.X)];
            Y = [.. series.Select((_, index) => rows.Select(row => row.Series == index ? row.Y : (double?)null).ToArray())];
            return;
        }

        X = [.. series.SelectMany(points => points.Select(point => point.X)).Distinct().Order()];
        var byX = series.Select(points => points.ToDictionary(point => point.X, point => point.Y));
        Y = [.. byX.Select(values => X.Select(x => values.TryGetValue(x, out var y) ? y : (double?)null).ToArray())];
    }

    /// <summary>The x values of all series, ascending.</summary>
    public double[] X { get; }

    /// <summary>The y values, indexed by series and by index in <see cref="X"/>; null if the series has no point there.</summary>
    public double?[][] Y { get; }

    /// <summary>
    /// Returns the points of a series by ascending x. Points that cannot be drawn are left out: non-finite ones, and on a logarithmic axis those that are not
    /// positive. Of several points with the same x, the last one counts; in a scatter chart all count.
    /// </summary>
    public static IReadOnlyList<(double X, double Y)> Points(LineSeries series, LineChart chart)
    {
        var drawn = series.Points.Where(point => IsDrawn(point.X, chart.IsXLogarithmic) && IsDrawn(point.Y, chart.IsYLogarithmic)).OrderBy(point => point.X);
        // The sort is stable: the last of a group is the last in the series.
        return chart.IsScatter ? [.. drawn] : [.. drawn.GroupBy(point => point.X).Select(group => group.Last())];
    }

    private static bool IsDrawn(double value, bool isLogarithmic) => double.IsFinite(value) && (value > 0 || !isLogarithmic);
}
