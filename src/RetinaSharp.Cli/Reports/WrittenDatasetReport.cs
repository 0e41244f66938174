using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Writing;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Formats what a verb has written as a dataset.</summary>
internal static class WrittenDatasetReport
{
    /// <summary>Returns a table with a row per split.</summary>
    public static Table Table(IEnumerable<WrittenDataset> datasets)
    {
        var table = Tables.Create("split", "images>", "boxes>", "data");
        foreach (var split in datasets.SelectMany(written => written.Splits))
            table.AddRow(new Text(split.Name ?? Tables.None), new Text($"{split.Images}"), new Text($"{split.Boxes}"), new Text(split.Data));
        return table;
    }

    /// <summary>Returns the command that is useful after writing a dataset: a training if there is data for it and for its validation, otherwise a summary.</summary>
    public static string NextCommand(WrittenDataset written) => NextCommand([.. written.Splits.Select(split => (split.Name, split.Data))]);

    /// <inheritdoc cref="NextCommand(WrittenDataset)"/>
    public static string NextCommand(IReadOnlyList<(string? Name, string Data)> splits) =>
        splits is [{ Name: "train" or "trainval", Data: var train }, { Name: "val" or "test", Data: var validation }, ..]
            ? $"retina train --train {Shell.Quote(train)} --val {Shell.Quote(validation)} --out RUN"
            : $"retina data info {Shell.Quote(splits[0].Data)}";

    /// <summary>Writes the properties <c>out</c>, <c>format</c> and <c>splits</c>.</summary>
    public static void Write(Utf8JsonWriter writer, WrittenDataset written)
    {
        writer.WriteString("out", written.Path);
        writer.WriteString("format", DatasetOutput.NameOf(written.Format));
        writer.WriteStartArray("splits");
        foreach (var split in written.Splits)
        {
            writer.WriteStartObject();
            writer.WriteString("split", split.Name);
            writer.WriteString("data", split.Data);
            writer.WriteNumber("images", split.Images);
            writer.WriteNumber("boxes", split.Boxes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes the property <c>problems</c>.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<DatasetProblem> problems)
    {
        writer.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            writer.WriteStartObject();
            writer.WriteString("severity", problem.Severity == ProblemSeverity.Error ? "error" : "warning");
            writer.WriteString("file", problem.File);
            writer.WriteString("place", problem.Location);
            writer.WriteString("reason", problem.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
