using System.Globalization;
using RetinaSharp.Inference;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>Reads how images are scaled and sliced for a model from the metadata of its file, whatever its outputs are.</summary>
internal static class ModelInput
{
    /// <exception cref="OnnxModelException">The metadata is missing or malformed.</exception>
    public static DetectionModel Read(QuantizableGraph graph)
    {
        try
        {
            var model = new DetectionModel
            {
                Categories = [],
                Input = new(Integer("input_short_side"), Integer("input_long_side")) { Stretches = graph.Metadata.GetValueOrDefault("input_scaling") == "stretch" },
                Tile = graph.Metadata.ContainsKey("tile") ? Integer("tile") : null,
            };
            model.Input.Validate();
            return model;
        }
        catch (Exception error) when (error is KeyNotFoundException or FormatException or OverflowException or ArgumentException)
        {
            throw new OnnxModelException(graph.File, $"its metadata is malformed ({error.Message.TrimEnd('.')}); export the model again", error);
        }

        int Integer(string key) => int.Parse(graph.Metadata[key], NumberStyles.Integer, CultureInfo.InvariantCulture);
    }
}
