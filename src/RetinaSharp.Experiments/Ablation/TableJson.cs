using System.Text.Json;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Writes an ablation table as JSON: every run with all its metrics, and mean, standard deviation and interval of each row.</summary>
public static class TableJson
{
    /// <summary>Writes the table as properties of the current JSON object: table, title, command, machine, data, training, published_source, seconds, best and
    /// rows.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="result">The results of the table.</param>
    public static void Write(Utf8JsonWriter writer, AblationResult result)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(result);
        writer.WriteString("table", result.Table.Name);
        writer.WriteString("title", result.Table.Title);
        writer.WriteString("command", result.Origin.Command);
        writer.WriteString("machine", result.Origin.Machine);
        writer.WriteString("data", result.Origin.Data);
        writer.WriteString("training", result.Origin.Training);
        writer.WriteString("published_source", result.Table.Source is { } source ? $"{source.Name}: {source.Setting}" : null);
        writer.WriteNumber("seconds", result.Seconds);
        writer.WriteString("best", result.Best?.Row.Label);
        writer.WriteStartArray("rows");
        foreach (var row in result.Rows)
            Write(writer, row, result.Shown.Contains(row));
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, RowResult row, bool isShown)
    {
        writer.WriteStartObject();
        writer.WriteString("label", row.Row.Label);
        writer.WriteString("group", row.Row.Group);
        writer.WriteBoolean("shown", isShown);
        if (row.Row.Published is { } published)
        {
            writer.WriteStartObject("published");
            writer.WriteNumber("AP", published.AP);
            Number(writer, "AP50", published.AP50);
            Number(writer, "AP75", published.AP75);
            Number(writer, "milliseconds", published.Milliseconds);
            writer.WriteEndObject();
        }

        Write(writer, "mean", row.Mean);
        Write(writer, "deviation", row.Deviation);
        Write(writer, "interval_low", metric => row.Interval(metric)?.Low);
        Write(writer, "interval_high", metric => row.Interval(metric)?.High);
        writer.WritePropertyName("trainings");
        JsonSerializer.Serialize(writer, row.Runs, RunJsonContext.Default.IReadOnlyListRunResult);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, Func<Func<CocoSummary, double>, double?> over)
    {
        writer.WriteStartObject(name);
        foreach (var (index, metric) in new CocoSummary().ByName().Index())
            Number(writer, metric.Name, over(metrics => metrics.ByName()[index].Value));
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
        else
            writer.WriteNull(name);
    }
}
