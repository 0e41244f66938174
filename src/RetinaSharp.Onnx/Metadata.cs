using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Onnx;

/// <summary>The metadata of an exported ONNX model: what an application needs to know to use it, such as classes and input size.</summary>
internal static class Metadata
{
    // Relaxed escaping keeps class names readable. The omitted escapes matter only for JSON embedded in HTML.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Version of this library.</summary>
    public static string Version { get; } =
        typeof(Metadata).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Returns the metadata entries of an exported model; lists are JSON arrays.</summary>
    /// <param name="model">The exported model.</param>
    /// <param name="outputs">The kind of outputs.</param>
    /// <param name="inference">The postprocessing settings; not used for raw outputs.</param>
    public static IEnumerable<(string Key, string Value)> Create(ModelDescription model, OnnxOutputs outputs, InferenceSettings inference)
    {
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
        yield return ("input_short_side", $"{model.Settings.Input.Short}");
        yield return ("input_long_side", $"{model.Settings.Input.Long}");
        if (model.Settings.Input.Stretches)
            yield return ("input_scaling", "stretch");
        if (model.Settings.Tile is { } tile)
            yield return ("tile", $"{tile}");
        yield return ("outputs", outputs.ToString().ToLowerInvariant());
        if (outputs == OnnxOutputs.Raw)
        {
            yield return ("scores", model.Settings.Loss.HasBackgroundOutput ? "softmax, the first output is the background" : "sigmoid");
            yield break;
        }

        yield return ("score_threshold", inference.ScoreThreshold.ToString(CultureInfo.InvariantCulture));
        yield return ("suppression", inference.Suppression switch
        {
            SuppressionKind.ClassWise => "nms",
            SuppressionKind.ClassAgnostic => "class-agnostic",
            _ => "none",
        });
        yield return ("nms_iou", inference.NmsIouThreshold.ToString(CultureInfo.InvariantCulture));
        yield return ("max_detections", $"{inference.MaxDetections}");
        yield return ("candidates_per_level", $"{inference.MaxCandidates}");
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
