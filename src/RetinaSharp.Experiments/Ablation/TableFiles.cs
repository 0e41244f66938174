using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Writes the files of an ablation table: NAME.md, NAME.json and the report NAME.html, with the table's name.</summary>
public static class TableFiles
{
    /// <summary>Returns the path of the HTML report of a table.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="table">The table.</param>
    public static string Report(string folder, AblationTable table) => At(folder, table, "html");

    /// <summary>Writes the table as Markdown and JSON; existing files are replaced.</summary>
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

    /// <summary>Writes the HTML report of the table; an existing file is replaced.</summary>
    /// <exception cref="DatasetException">A file in a run folder is missing or corrupt.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    internal static void WriteReport(string folder, AblationResult result, DetectionDataset validation) =>
        HtmlReport.Write(AblationReport.Create(folder, result, validation), Report(folder, result.Table));

    private static string At(string folder, AblationTable table, string extension) => Path.Combine(folder, $"{table.Name}.{extension}");
}
