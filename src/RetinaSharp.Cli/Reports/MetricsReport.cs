using System.Text.Json;
using RetinaSharp.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RetinaSharp.Cli.Reports;

/// <summary>COCO figures, for people and as JSON.</summary>
internal static class MetricsReport
{
    public static IRenderable Table(CocoSummary figures) => Compare([("value", figures)]);

    /// <summary>The figures of several models side by side.</summary>
    public static IRenderable Compare(IReadOnlyList<(string Name, CocoSummary Figures)> models)
    {
        var table = Tables.Create(["metric", .. models.Select(model => model.Name + ">"), "meaning"]);
        foreach (var (place, (name, _)) in models[0].Figures.ByName().Index())
            table.AddRow([new Text(name), .. models.Select(model => new Text(Shown(model.Figures.ByName()[place].Value))), new Text(CocoSummary.Descriptions[name])]);
        return table;
    }

    public static IRenderable PerClass(CocoMetrics metrics)
    {
        var table = Tables.Create(["class", "boxes>", .. metrics.ByName().Select(figure => figure.Name + ">")]);
        foreach (var one in metrics.PerClass)
            table.AddRow([new Text(one.Category.Name), new Text($"{one.GroundTruthCount}"), .. one.ByName().Select(figure => new Text(Shown(figure.Value)))]);
        return table;
    }

    /// <summary>Writes the figures as members of the object that is open.</summary>
    public static void Write(Utf8JsonWriter writer, CocoSummary figures)
    {
        foreach (var (name, value) in figures.ByName())
            writer.WriteNumber(name, value);
    }

    /// <summary>Writes "per_class".</summary>
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

    // -1 is COCO's sign for "no box to measure it on".
    private static string Shown(double value) => value < 0 ? "-" : $"{value:0.000}";
}
