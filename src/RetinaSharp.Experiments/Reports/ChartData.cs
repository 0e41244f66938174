using System.Text;
using System.Text.Json;

namespace RetinaSharp.Experiments.Reports;

/// <summary>The points of a line chart as the chart library wants them: one list of places, and for every series a value at each of them, or none.</summary>
internal sealed class ChartData
{
    public ChartData(LineChart chart)
    {
        var series = chart.Series.Select(one => ByPlace(one, chart)).ToList();
        X = [.. series.SelectMany(values => values.Keys).Distinct().Order()];
        Y = [.. series.Select(values => X.Select(x => values.TryGetValue(x, out var y) ? y : (double?)null).ToArray())];
    }

    /// <summary>The places, rising.</summary>
    public double[] X { get; }

    /// <summary>Of each series the values at the places.</summary>
    public double?[][] Y { get; }

    /// <summary>All charts as JSON that can stand in a script element: the encoder escapes every character with a meaning in HTML.</summary>
    public static string Json(IEnumerable<LineChart> charts)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var chart in charts)
                new ChartData(chart).Write(writer, chart);
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private void Write(Utf8JsonWriter writer, LineChart chart)
    {
        writer.WriteStartObject();
        writer.WriteString("x", chart.XTitle);
        writer.WriteString("y", chart.YTitle);
        writer.WriteBoolean("logX", chart.IsXLogarithmic);
        writer.WriteBoolean("logY", chart.IsYLogarithmic);
        writer.WriteBoolean("ofShares", chart.IsOfShares);
        writer.WriteStartArray("data");
        foreach (var values in (IEnumerable<IEnumerable<double?>>)[X.Select(x => (double?)x), .. Y])
        {
            writer.WriteStartArray();
            foreach (var value in values)
            {
                if (value is { } number)
                    writer.WriteNumberValue(number);
                else
                    writer.WriteNullValue();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static Dictionary<double, double> ByPlace(LineSeries series, LineChart chart)
    {
        var values = new Dictionary<double, double>();
        foreach (var (x, y) in series.Points)
            if (IsDrawn(x, chart.IsXLogarithmic) && IsDrawn(y, chart.IsYLogarithmic))
                values[x] = y;
        return values;
    }

    private static bool IsDrawn(double value, bool isLogarithmic) => double.IsFinite(value) && (value > 0 || !isLogarithmic);
}
