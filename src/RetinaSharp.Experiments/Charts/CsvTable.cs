using System.Globalization;
using System.Text;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Figures;

/// <summary>The numbers of a line chart as CSV: a line a place, a column a curve, every number with all of its digits.</summary>
internal static class CsvTable
{
    /// <summary>The table.</summary>
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
