using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Datasets;
using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime;

/// <summary>Reads what a detector needs to know of an exported model from the metadata of the ONNX file.</summary>
internal static class OnnxModel
{
    private const string Remedy = "export it with OnnxExporter";

    /// <summary>Reads the categories, the input size and the settings of postprocessing of a model.</summary>
    /// <param name="path">Path of the file, for messages.</param>
    /// <param name="session">The session that has loaded the file.</param>
    /// <exception cref="OnnxModelException">The metadata is missing or malformed, or the outputs are not detections.</exception>
    public static DetectionModel Read(string path, InferenceSession session)
    {
        var metadata = session.ModelMetadata.CustomMetadataMap;
        if (!metadata.TryGetValue("outputs", out var outputs) || !session.InputMetadata.ContainsKey(OnnxEngine.Images))
            throw new OnnxModelException(path, $"was not exported by RetinaSharp; {Remedy}");
        if (outputs != "detections")
            throw new OnnxModelException(path, $"has the outputs '{outputs}', but a detector needs 'detections'; {Remedy} and these outputs");
        try
        {
            var model = new DetectionModel
            {
                Categories = ReadCategories(metadata),
                Input = new(Integer("input_short_side"), Integer("input_long_side")) { Stretches = metadata.TryGetValue("input_scaling", out var scaling) && scaling == "stretch" },
                Tile = metadata.ContainsKey("tile") ? Integer("tile") : null,
                Inference = new()
                {
                    ScoreThreshold = Number("score_threshold"),
                    MaxCandidates = Integer("candidates_per_level"),
                    Suppression = metadata["suppression"] switch
                    {
                        "nms" => SuppressionKind.ClassWise,
                        "class-agnostic" => SuppressionKind.ClassAgnostic,
                        "none" => SuppressionKind.None,
                        var other => throw new FormatException($"suppression is '{other}'"),
                    },
                    NmsIouThreshold = Number("nms_iou"),
                    MaxDetections = Integer("max_detections"),
                },
            };
            model.Input.Validate();
            model.Inference.Validate();
            return model;
        }
        catch (Exception error) when (error is KeyNotFoundException or FormatException or OverflowException or JsonException or InvalidOperationException or ArgumentException)
        {
            throw new OnnxModelException(path, $"its metadata is malformed ({error.Message.TrimEnd('.')}); export it again", error);
        }

        int Integer(string key) => int.Parse(metadata[key], NumberStyles.Integer, CultureInfo.InvariantCulture);
        double Number(string key) => double.Parse(metadata[key], NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static Category[] ReadCategories(Dictionary<string, string> metadata)
    {
        using var names = JsonDocument.Parse(metadata["classes"]);
        using var ids = JsonDocument.Parse(metadata["category_ids"]);
        if (names.RootElement.GetArrayLength() == 0 || names.RootElement.GetArrayLength() != ids.RootElement.GetArrayLength())
            throw new FormatException("classes and category_ids do not have the same length, above 0");
        return [.. names.RootElement.EnumerateArray().Zip(ids.RootElement.EnumerateArray(), (name, id) => new Category(id.GetInt64(), name.GetString() ?? ""))];
    }
}
