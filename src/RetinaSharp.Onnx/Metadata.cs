using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Onnx;

/// <summary>The metadata of an exported ONNX model: what an application needs to know to use it, such as classes and input size.</summary>
internal static class Metadata
{
    /// <summary>Version of the keys and of the graph's inputs and outputs. It rises when a reader of the last version would misunderstand a file.</summary>
    public const int Format = 2;

    // Relaxed escaping keeps class names readable. The omitted escapes matter only for JSON embedded in HTML.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Version of this library.</summary>
    public static string Version { get; } =
        typeof(Metadata).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Returns the metadata entries of an exported model; lists are JSON arrays.</summary>
    /// <param name="model">The exported model.</param>
    /// <param name="outputs">The kind of outputs.</param>
    /// <param name="inference">The postprocessing settings.</param>
    /// <param name="checksum">SHA-256 of the serialized graph, in hexadecimal digits.</param>
    public static IEnumerable<(string Key, string Value)> Create(ModelDescription model, OnnxOutputs outputs, InferenceSettings inference, string checksum)
    {
        var (input, anchors, boxes) = (model.Settings.Input, model.Settings.Model.Anchors, model.Settings.Model.BoxOutputs);
        yield return ("format", $"{Format}");
        yield return ("graph_sha256", checksum);
        yield return ("classes", Json(writer =>
        {
            foreach (var category in model.Categories)
                writer.WriteStringValue(category.Name);
        }));
        yield return ("category_ids", Json(writer =>
        {
            foreach (var category in model.Categories)
                writer.WriteNumberValue(category.Id);
        }));
        yield return ("input_short_side", $"{input.Short}");
        yield return ("input_long_side", $"{input.Long}");
        yield return ("input_scaling", input.Stretches ? "stretch" : "fit");
        if (model.Settings.Tile is { } tile)
            yield return ("tile", $"{tile}");
        yield return ("outputs", outputs.ToString().ToLowerInvariant());
        yield return ("scores", model.Settings.Loss.HasBackgroundOutput ? "softmax" : "sigmoid");
        yield return ("anchor_levels", Json(writer =>
        {
            writer.WriteNumberValue(anchors.MinLevel);
            writer.WriteNumberValue(anchors.MaxLevel);
        }));
        yield return ("anchor_base_size", Text(anchors.BaseSize));
        yield return ("anchor_scales", Json(writer => Numbers(writer, anchors.Scales)));
        yield return ("anchor_ratios", Json(writer => Numbers(writer, anchors.Ratios)));
        yield return ("anchor_layout", anchors.Compatibility == AnchorCompatibility.Torchvision ? "torchvision" : "exact");
        yield return ("box_coding", boxes.Coding switch
        {
            DistributionCoding => "distribution",
            var coding when coding == BoxCoding.Distance => "distance",
            _ => "delta",
        });
        if (boxes.Coding is DistributionCoding { Sides.MaxDistance: var distance })
            yield return ("box_max_distance", $"{distance}");
        yield return ("centerness", boxes.HasCenterness ? "true" : "false");
        yield return ("score_threshold", Text(inference.ScoreThreshold));
        yield return ("suppression", inference.Suppression switch
        {
            SuppressionKind.ClassWise => "nms",
            SuppressionKind.ClassAgnostic => "class-agnostic",
            SuppressionKind.SoftLinear => "soft-linear",
            SuppressionKind.SoftGaussian => "soft-gaussian",
            SuppressionKind.Fusion => "fusion",
            SuppressionKind.Voting => "voting",
            _ => "none",
        });
        yield return ("nms_iou", Text(inference.NmsIouThreshold));
        yield return ("soft_nms_sigma", Text(inference.SoftNmsSigma));
        yield return ("max_detections", $"{inference.MaxDetections}");
        yield return ("candidates_per_level", $"{inference.MaxCandidates}");
        yield return ("clipping", inference.Clipping == BoxClipping.AfterSuppression ? "after-nms" : "before-nms");
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Numbers(Utf8JsonWriter writer, IEnumerable<double> numbers)
    {
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions))
        {
            writer.WriteStartArray();
            write(writer);
            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
