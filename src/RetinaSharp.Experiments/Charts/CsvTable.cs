using System.Globalization;
using System.Text;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Charts;

/// <summary>Renders the points of a line chart as CSV: one line per x value, one column per series, numbers with round-trip precision.</summary>
internal static class CsvTable
{
    /// <summary>Renders the points of a chart; a series without a point at an x value has an empty field.</summary>
    /// <param name="chart">The chart.</param>
    public static string Render(LineChart chart)
    {
        var data = new ChartData(chart);
        var csv = new StringBuilder();
        csv.AppendJoin(',', chart.Series.Select(series => series.Name).Prepend(chart.XTitle).Select(Quoted)).Append('\n');
        for (var i = 0; i < data.X.Length; i++)
            csv.AppendJoin(',', data.Y.Select(values => values[i]).Prepend(data.X[i]).Select(number => number?.ToString(CultureInfo.InvariantCulture))).Append('\n');
        return csv.ToString();
    }

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
