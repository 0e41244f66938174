using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the description of an exported model as text or JSON.</summary>
internal static class OnnxModelReport
{
    /// <summary>Returns the lines of the text, each with a title and a value.</summary>
    public static IEnumerable<(string Title, string Value)> Lines(OnnxModelDescription description)
    {
        var (model, anchors, inference) = (description.Model, description.Model.Anchors, description.Model.Inference);
        yield return ("classes", string.Join(", ", model.Categories.Select(category => category.Name)));
        yield return ("input", description.Size is { } size ? $"{size.Width} x {size.Height}"
            : model.Input.Stretches ? $"stretched to {model.Input.Short} x {model.Input.Short}" : $"short side {model.Input.Short}, long side up to {model.Input.Long}");
        if (model.Tile is { } tile)
            yield return ("slices", $"trained on overlapping slices of {tile} pixels, which eval and detect use by default (--tile)");
        yield return ("outputs", $"{Name(description.Outputs)}, {description.Precision}");
        if (description.Format > 1)
        {
            yield return ("levels", $"P{anchors.MinLevel} to P{anchors.MaxLevel}");
            yield return ("anchors", $"{anchors.BaseSize:0.###} strides x scales {Numbers(anchors.Scales)} x ratios {Numbers(anchors.Ratios)}");
            yield return ("boxes", Coding(model.BoxOutputs));
        }

        yield return ("detections", $"score above {inference.ScoreThreshold}, at most {inference.MaxDetections}, {Name(inference.Suppression)} with IoU {inference.NmsIouThreshold}");
        yield return ("format", $"{description.Format}{(description.Checksum is { } checksum ? $", graph {checksum[..16]}…" : "")}");
    }

    /// <summary>Writes the description as properties of the current JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, OnnxModelDescription description)
    {
        var (model, inference) = (description.Model, description.Model.Inference);
        writer.WriteStartArray("classes");
        foreach (var category in model.Categories)
        {
            writer.WriteStartObject();
            writer.WriteString("category", category.Name);
            writer.WriteNumber("category_id", category.Id);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("outputs", Name(description.Outputs));
        writer.WriteString("precision", description.Precision);
        writer.WriteNumber("format", description.Format);
        writer.WriteString("graph_sha256", description.Checksum);
        writer.WriteNumber("input_short_side", model.Input.Short);
        writer.WriteNumber("input_long_side", model.Input.Long);
        writer.WriteBoolean("stretch", model.Input.Stretches);
        writer.WriteNumber("score_threshold", inference.ScoreThreshold);
        writer.WriteString("suppression", Name(inference.Suppression));
        writer.WriteNumber("nms_iou", inference.NmsIouThreshold);
        writer.WriteNumber("max_detections", inference.MaxDetections);
    }

    private static string Coding(BoxHeadOutputs outputs) => (outputs.Coding switch
    {
        DistributionCoding coding => $"distributions of distances up to {coding.Sides.MaxDistance} strides",
        var coding when coding == BoxCoding.Distance => "distances from points",
        _ => "deltas",
    }) + (outputs.HasCenterness ? " and center-ness" : "");

    private static string Numbers(IEnumerable<double> numbers) => string.Join(", ", numbers.Select(number => $"{number:0.###}"));

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
