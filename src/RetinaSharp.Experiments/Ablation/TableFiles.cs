using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>The files of a table: NAME.md, NAME.json, NAME.html.</summary>
public static class TableFiles
{
    /// <summary>The report's path.</summary>
    /// <param name="folder">The folder of the tables.</param>
    /// <param name="table">The table.</param>
    public static string Report(string folder, AblationTable table) => At(folder, table, "html");

    /// <summary>Writes Markdown and JSON, over what was there.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    internal static void Write(string folder, AblationOutcome outcome)
    {
        AtomicFile.Write(At(folder, outcome.Table, "md"), file => file.Write(Encoding.UTF8.GetBytes(TableMarkdown.Render(outcome))));
        AtomicFile.Write(At(folder, outcome.Table, "json"), file =>
        {
            using var writer = new Utf8JsonWriter(file, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            writer.WriteStartObject();
            TableJson.Write(writer, outcome);
            writer.WriteEndObject();
        });
    }

    /// <summary>Writes the report.</summary>
    /// <exception cref="DatasetException">A run folder is damaged.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    internal static void WriteReport(string folder, AblationOutcome outcome, DetectionDataset validation) =>
        HtmlReport.Write(AblationReport.Create(folder, outcome, validation), Report(folder, outcome.Table));

    private static string At(string folder, AblationTable table, string extension) => Path.Combine(folder, $"{table.Name}.{extension}");
}
