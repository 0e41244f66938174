using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Inference;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the description of an exported model as text or JSON.</summary>
internal static class OnnxModelReport
{
    /// <summary>Returns the lines of the text, each with a title and a value.</summary>
    public static IEnumerable<(string Title, string Value)> Lines(OnnxModelDescription description)
    {
        var (model, anchors, inference) = (description.Model, description.Model.Anchors, description.Model.Inference);
        yield return DetectionModelText.Classes(model.Categories);
        yield return description.Size is { } size ? ("input", $"{size.Width} x {size.Height}") : DetectionModelText.Input(model.Input);
        if (model.Tile is { } tile)
            yield return DetectionModelText.Slices(tile);
        yield return ("outputs", $"{Name(description.Outputs)}, {description.Precision}");
        if (description.Format > 1)
        {
            yield return DetectionModelText.Levels(anchors);
            yield return DetectionModelText.Anchors(anchors);
            yield return ("boxes", Coding(model.BoxOutputs));
        }

        yield return ("detections", $"score above {inference.ScoreThreshold}, at most {inference.MaxDetections}, {Suppression(inference.Suppression)} with IoU {inference.NmsIouThreshold}");
        yield return ("format", $"{description.Format}{(description.Checksum is { } checksum ? $", graph {checksum[..16]}…" : "")}");
    }

    /// <summary>Writes the description as properties of the current JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, OnnxModelDescription description)
    {
        var (model, inference) = (description.Model, description.Model.Inference);
        DetectionModelText.WriteClasses(writer, model.Categories);
        writer.WriteString("outputs", Name(description.Outputs));
        writer.WriteString("precision", description.Precision);
        writer.WriteNumber("format", description.Format);
        writer.WriteString("graph_sha256", description.Checksum);
        writer.WriteNumber("input_short_side", model.Input.Short);
        writer.WriteNumber("input_long_side", model.Input.Long);
        writer.WriteBoolean("stretch", model.Input.Stretches);
        writer.WriteNumber("score_threshold", inference.ScoreThreshold);
        writer.WriteString("suppression", Suppression(inference.Suppression));
        writer.WriteNumber("nms_iou", inference.NmsIouThreshold);
        writer.WriteNumber("max_detections", inference.MaxDetections);
    }

    private static string Coding(BoxHeadOutputs outputs) => (outputs.Coding switch
    {
        DistributionCoding coding => $"distributions of distances up to {coding.Sides.MaxDistance} strides",
        var coding when coding == BoxCoding.Distance => "distances from points",
        _ => "deltas",
    }) + (outputs.HasCenterness ? " and center-ness" : "");

    // The values of --suppression.
    private static string Suppression(SuppressionKind kind) => kind switch
    {
        SuppressionKind.ClassWise => "nms",
        SuppressionKind.ClassAgnostic => "class-agnostic",
        SuppressionKind.SoftLinear => "soft-linear",
        SuppressionKind.SoftGaussian => "soft-gaussian",
        SuppressionKind.Fusion => "fusion",
        SuppressionKind.Voting => "voting",
        _ => "none",
    };

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
