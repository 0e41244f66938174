using System.Globalization;
using System.Text.Json;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>Adds to a model's metadata how it was quantized.</summary>
internal static class QuantizationMetadata
{
    public static void Add(ModelProto model, Calibration calibration, IReadOnlyList<string> keptLayers, float? floor, OnnxQuantizationOptions options)
    {
        Set("precision", "int8");
        Set("weight_bits", options.ReduceRange ? "7" : "8");
        Set("calibration_images", $"{calibration.Images}");
        if (options.CalibrationName is { } name)
            Set("calibration_data", name);
        if (keptLayers.Count > 0)
            Set("fp32_layers", $"[{string.Join(",", keptLayers.Select(layer => $"\"{JsonEncodedText.Encode(layer)}\""))}]");
        if (floor is { } logit)
            Set("min_logit", logit.ToString(CultureInfo.InvariantCulture));

        void Set(string key, string value) => model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
    }
}
