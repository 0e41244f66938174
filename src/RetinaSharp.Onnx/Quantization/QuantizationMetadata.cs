using System.Globalization;
using System.Text.Json;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>Adds to a model's metadata how it was quantized.</summary>
internal static class QuantizationMetadata
{
    /// <summary>Adds the entries, and updates those that hold for the fp32 model only.</summary>
    /// <param name="model">The quantized model.</param>
    /// <param name="calibration">The calibration.</param>
    /// <param name="keptLayers">Names of the layers in fp32.</param>
    /// <param name="floor">The lowest useful logit; null: none.</param>
    /// <param name="options">The options.</param>
    public static void Update(ModelProto model, Calibration calibration, IReadOnlyList<string> keptLayers, float? floor, OnnxQuantizationOptions options)
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
        Set("graph_sha256", OnnxExporter.Checksum(model.Graph));

        void Set(string key, string value)
        {
            if (model.MetadataProps.FirstOrDefault(entry => entry.Key == key) is { } existing)
                existing.Value = value;
            else
                model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }
}
