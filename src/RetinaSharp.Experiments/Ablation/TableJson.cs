using System.Text.Json;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A table as JSON: every training with all its figures, rows with their means.</summary>
public static class TableJson
{
    /// <summary>Writes the members of the object that is open: table, title, command, machine, data, training, seconds and rows.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="outcome">The table.</param>
    public static void Write(Utf8JsonWriter writer, AblationOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(outcome);
        writer.WriteString("table", outcome.Table.Name);
        writer.WriteString("title", outcome.Table.Title);
        writer.WriteString("command", outcome.Origin.Command);
        writer.WriteString("machine", outcome.Origin.Machine);
        writer.WriteString("data", outcome.Origin.Data);
        writer.WriteString("training", outcome.Origin.Training);
        writer.WriteNumber("seconds", outcome.Seconds);
        writer.WriteString("best", outcome.Best?.Row.Label);
        writer.WriteStartArray("rows");
        foreach (var row in outcome.Rows)
            Write(writer, row, outcome.Shown.Contains(row));
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, RowOutcome row, bool isShown)
    {
        writer.WriteStartObject();
        writer.WriteString("label", row.Row.Label);
        writer.WriteString("group", row.Row.Group);
        writer.WriteBoolean("shown", isShown);
        if (row.Row.Paper is { } paper)
        {
            writer.WriteStartObject("paper");
            writer.WriteNumber("AP", paper.AP);
            Number(writer, "AP50", paper.AP50);
            Number(writer, "AP75", paper.AP75);
            Number(writer, "milliseconds", paper.Milliseconds);
            writer.WriteEndObject();
        }

        Write(writer, "mean", row.Mean);
        Write(writer, "deviation", row.Deviation);
        writer.WritePropertyName("trainings");
        JsonSerializer.Serialize(writer, row.Trainings, AblationJsonContext.Default.IReadOnlyListRowTraining);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, Func<Func<CocoFigures, double>, double?> over)
    {
        writer.WriteStartObject(name);
        foreach (var (place, figure) in new CocoFigures().ByName().Index())
            Number(writer, figure.Name, over(figures => figures.ByName()[place].Value));
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
