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
    /// <summary>The path of the report.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="table">The table.</param>
    public static string Report(string folder, AblationTable table) => At(folder, table, "html");

    /// <summary>Writes Markdown and JSON; existing files are replaced.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    internal static void Write(string folder, AblationResult result)
    {
        AtomicFile.Write(At(folder, result.Table, "md"), file => file.Write(Encoding.UTF8.GetBytes(TableMarkdown.Render(result))));
        AtomicFile.Write(At(folder, result.Table, "json"), file =>
        {
            using var writer = new Utf8JsonWriter(file, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            writer.WriteStartObject();
            TableJson.Write(writer, result);
            writer.WriteEndObject();
        });
    }

    /// <summary>Writes the report.</summary>
    /// <exception cref="DatasetException">A run folder is damaged.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    internal static void WriteReport(string folder, AblationResult result, DetectionDataset validation) =>
        HtmlReport.Write(AblationReport.Create(folder, result, validation), Report(folder, result.Table));

    private static string At(string folder, AblationTable table, string extension) => Path.Combine(folder, $"{table.Name}.{extension}");
}
