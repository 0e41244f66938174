using System.Text.Json;
using RetinaSharp.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes COCO metrics as tables or JSON.</summary>
internal static class MetricsReport
{
    public static IRenderable Table(CocoSummary metrics) => Compare([("value", metrics)]);

    /// <summary>Creates a table of the metrics of several models, with one column per model.</summary>
    public static IRenderable Compare(IReadOnlyList<(string Name, CocoSummary Metrics)> models)
    {
        var table = Tables.Create(["metric", .. models.Select(model => model.Name + ">"), "meaning"]);
        foreach (var (index, (name, _)) in models[0].Metrics.ByName().Index())
            table.AddRow([new Text(name), .. models.Select(model => new Text(Format(model.Metrics.ByName()[index].Value))), new Text(CocoSummary.Descriptions[name])]);
        return table;
    }

    public static IRenderable PerClass(CocoMetrics metrics)
    {
        var table = Tables.Create(["class", "boxes>", .. metrics.ByName().Select(metric => metric.Name + ">")]);
        foreach (var one in metrics.PerClass)
            table.AddRow([new Text(one.Category.Name), new Text($"{one.GroundTruthCount}"), .. one.ByName().Select(metric => new Text(Format(metric.Value)))]);
        return table;
    }

    /// <summary>Writes the metrics as properties of the current JSON object. A metric without ground truth is -1, as in pycocotools.</summary>
    public static void Write(Utf8JsonWriter writer, CocoSummary metrics)
    {
        foreach (var (name, value) in metrics.ByName())
            writer.WriteNumber(name, value);
    }

    /// <summary>Writes the metrics of each class as the property "per_class" of the current JSON object, an array.</summary>
    public static void WritePerClass(Utf8JsonWriter writer, CocoMetrics metrics)
    {
        writer.WriteStartArray("per_class");
        foreach (var one in metrics.PerClass)
        {
            writer.WriteStartObject();
            writer.WriteString("category", one.Category.Name);
            writer.WriteNumber("category_id", one.Category.Id);
            Write(writer, one);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Formats a metric as "0.345", or as "–" if it is negative, which means that there is no ground truth.</summary>
    public static string Format(double metric) => metric < 0 ? Tables.None : $"{metric:0.000}";
}
