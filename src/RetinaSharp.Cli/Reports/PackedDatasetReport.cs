using System.Text.Json;
using RetinaSharp.Datasets.Writing;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Formats what <c>retina data pack</c> has written.</summary>
internal static class PackedDatasetReport
{
    private const double Megabyte = 1e6;

    /// <summary>Returns a table with a row per split.</summary>
    public static Table Table(PackedDataset packed)
    {
        var table = Tables.Create("split", "images>", "boxes>", "shards>", "MB>", "data");
        foreach (var split in packed.Splits)
        {
            table.AddRow(new Text(split.Name ?? Tables.None), new Text($"{split.Images}"), new Text($"{split.Boxes}"), new Text($"{split.Shards}"),
                new Text(FormattableString.Invariant($"{split.Bytes / Megabyte:0.0}")), new Text(split.Data));
        }

        return table;
    }

    /// <summary>Writes the properties <c>out</c>, <c>splits</c> and <c>problems</c>.</summary>
    public static void Write(Utf8JsonWriter writer, PackedDataset packed)
    {
        writer.WriteString("out", packed.Path);
        writer.WriteStartArray("splits");
        foreach (var split in packed.Splits)
        {
            writer.WriteStartObject();
            writer.WriteString("split", split.Name);
            writer.WriteString("data", split.Data);
            writer.WriteNumber("images", split.Images);
            writer.WriteNumber("boxes", split.Boxes);
            writer.WriteNumber("shards", split.Shards);
            writer.WriteNumber("bytes", split.Bytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WrittenDatasetReport.Write(writer, packed.Losses);
    }
}
