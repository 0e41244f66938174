using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime;

/// <summary>Reads the description of an exported model from the metadata of the ONNX file. docs/onnx.md lists the keys.</summary>
internal sealed class OnnxMetadata
{
    private const int NewestFormat = 2;
    private const int ChecksumDigits = 64;
    private const string Remedy = "export it with OnnxExporter";

    private readonly Dictionary<string, string> _entries;

    private OnnxMetadata(Dictionary<string, string> entries) => _entries = entries;

    /// <summary>Reads the description of a model.</summary>
    /// <param name="path">Path of the file, for messages.</param>
    /// <param name="session">The session that has loaded the file.</param>
    /// <exception cref="OnnxModelException">The metadata are missing or malformed, or of a newer format.</exception>
    public static OnnxModelDescription Read(string path, InferenceSession session)
    {
        var metadata = new OnnxMetadata(session.ModelMetadata.CustomMetadataMap);
        if (!metadata._entries.ContainsKey("outputs") || !session.InputMetadata.TryGetValue(OnnxEngine.Images, out var images) || images.Dimensions is not [_, var height, var width, 3])
            throw new OnnxModelException(path, $"was not exported by RetinaSharp; {Remedy}");
        try
        {
            // Files of the first format do not say which it is.
            var format = metadata._entries.ContainsKey("format") ? metadata.Integer("format") : 1;
            if (format > NewestFormat)
                throw new OnnxModelException(path, $"has format {format}, and this version of RetinaSharp reads formats up to {NewestFormat}; update RetinaSharp");
            var description = metadata.Read(format) with { Size = height > 0 && width > 0 ? (height, width) : null };
            if (format == 1 && description.Outputs == OnnxOutputKind.Raw)
                throw new OnnxModelException(path, "was exported by an earlier version, whose raw outputs do not tell the anchors; export it again");
            description.Model.Input.Validate();
            description.Model.Inference.Validate();
            description.Model.Anchors.Validate();
            if (description.Model.Tile is { } tile)
                ImageSlices.ValidateSide(tile);
            if (description.Checksum is { } checksum && !(checksum.Length == ChecksumDigits && checksum.All(char.IsAsciiHexDigit)))
                throw new FormatException($"graph_sha256 has not {ChecksumDigits} hexadecimal digits");
            return description;
        }
        catch (Exception error) when (error is KeyNotFoundException or FormatException or OverflowException or JsonException or InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            throw new OnnxModelException(path, $"its metadata are malformed ({error.Message.TrimEnd('.')}); export it again", error);
        }
    }

    private OnnxModelDescription Read(int format) => new()
    {
        Format = format,
        Outputs = Choice("outputs", ("detections", OnnxOutputKind.Detections), ("padded", OnnxOutputKind.Padded), ("raw", OnnxOutputKind.Raw)),
        Checksum = _entries.GetValueOrDefault("graph_sha256"),
        HasBackgroundOutput = _entries.GetValueOrDefault("scores", "").StartsWith("softmax", StringComparison.Ordinal),
        Precision = _entries.GetValueOrDefault("precision", "fp32"),
        MinLogit = _entries.ContainsKey("min_logit") ? Number("min_logit") : null,
        Model = new()
        {
            Categories = Categories(),
            Input = new(Integer("input_short_side"), Integer("input_long_side")) { Stretches = _entries.GetValueOrDefault("input_scaling") == "stretch" },
            Tile = _entries.ContainsKey("tile") ? Integer("tile") : null,
            // A file of the first format has the anchors and the clipping in its graph only.
            Anchors = format == 1 ? new() : Anchors(),
            BoxOutputs = format == 1 ? BoxHeadOutputs.Delta : BoxOutputs(),
            Inference = format == 1 && !_entries.ContainsKey("suppression") ? new() : Inference(format),
        },
    };

    private InferenceSettings Inference(int format) => new()
    {
        ScoreThreshold = Number("score_threshold"),
        MaxCandidates = Integer("candidates_per_level"),
        Suppression = Choice("suppression",
            ("nms", SuppressionKind.ClassWise), ("class-agnostic", SuppressionKind.ClassAgnostic), ("soft-linear", SuppressionKind.SoftLinear),
            ("soft-gaussian", SuppressionKind.SoftGaussian), ("fusion", SuppressionKind.Fusion), ("voting", SuppressionKind.Voting), ("none", SuppressionKind.None)),
        NmsIouThreshold = Number("nms_iou"),
        SoftNmsSigma = format == 1 ? new InferenceSettings().SoftNmsSigma : Number("soft_nms_sigma"),
        MaxDetections = Integer("max_detections"),
        Clipping = format == 1 ? default : Choice("clipping", ("before-nms", BoxClipping.BeforeSuppression), ("after-nms", BoxClipping.AfterSuppression)),
    };

    private AnchorSettings Anchors()
    {
        using var levels = JsonDocument.Parse(_entries["anchor_levels"]);
        return new()
        {
            MinLevel = levels.RootElement[0].GetInt32(),
            MaxLevel = levels.RootElement[1].GetInt32(),
            BaseSize = Number("anchor_base_size"),
            Scales = Numbers("anchor_scales"),
            Ratios = Numbers("anchor_ratios"),
            Compatibility = Choice("anchor_layout", ("exact", AnchorCompatibility.Exact), ("torchvision", AnchorCompatibility.Torchvision)),
        };
    }

    private BoxHeadOutputs BoxOutputs()
    {
        var coding = Choice("box_coding", ("delta", BoxCoding.Delta), ("distance", BoxCoding.Distance), ("distribution", null));
        return new(coding ?? BoxCoding.Distribution(Integer("box_max_distance")), Choice("centerness", ("true", true), ("false", false)));
    }

    private Category[] Categories()
    {
        using var names = JsonDocument.Parse(_entries["classes"]);
        using var ids = JsonDocument.Parse(_entries["category_ids"]);
        if (names.RootElement.GetArrayLength() == 0 || names.RootElement.GetArrayLength() != ids.RootElement.GetArrayLength())
            throw new FormatException("classes and category_ids do not have the same length, above 0");
        return [.. names.RootElement.EnumerateArray().Zip(ids.RootElement.EnumerateArray(), (name, id) => new Category(id.GetInt64(), name.GetString() ?? ""))];
    }

    private double[] Numbers(string key)
    {
        using var numbers = JsonDocument.Parse(_entries[key]);
        return [.. numbers.RootElement.EnumerateArray().Select(number => number.GetDouble())];
    }

    private int Integer(string key) => int.Parse(_entries[key], NumberStyles.Integer, CultureInfo.InvariantCulture);

    private double Number(string key) => double.Parse(_entries[key], NumberStyles.Float, CultureInfo.InvariantCulture);

    private T Choice<T>(string key, params ReadOnlySpan<(string Text, T Value)> choices)
    {
        foreach (var (text, value) in choices)
            if (_entries[key] == text)
                return value;
        throw new FormatException($"{key} is '{_entries[key]}'");
    }
}
