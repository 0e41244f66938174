using System.Text.Json;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Onnx.Quantization;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes what quantization did to a model: sizes, errors, AP before and after, and the sensitivity of the layers.</summary>
/// <param name="Result">The result of the quantization.</param>
/// <param name="Accuracy">Metrics before and after; null if they were not measured.</param>
internal sealed record Int8Report(OnnxQuantizationResult Result, Int8Accuracy? Accuracy)
{
    private const double Megabyte = 1e6;

    /// <summary>Prints the report as text.</summary>
    public void Show(Output output)
    {
        output.Result($"{Result.SourceBytes / Megabyte:0.0} MB in fp32, {Result.Bytes / Megabyte:0.0} MB in int8; {Result.Layers.Count(layer => layer.IsQuantized)} of {Result.Layers.Count} layers quantized; calibrated on {Result.CalibrationImages} images");
        if (Accuracy is { } accuracy)
        {
            output.Result($"COCO metrics on {accuracy.Data}, {accuracy.Images} images:");
            output.Result(MetricsReport.Compare([("fp32", accuracy.Fp32), ("int8", accuracy.Int8)]));
        }

        if (Result.Error is not { } error)
            return;
        output.Result($"Signal-to-noise ratio over {Result.ErrorImages} images in dB: logits {Decibels(error.Logits)}, boxes {Decibels(error.Boxes)}. Of each layer quantized alone, the most sensitive first:");
        var table = Tables.Create("layer", "precision", "logits>", "boxes>");
        foreach (var layer in Result.BySensitivity)
            table.AddRow(layer.Name, layer.IsQuantized ? "int8" : "fp32", Decibels(layer.Sensitivity!.Value.Logits), Decibels(layer.Sensitivity.Value.Boxes));
        output.Result(table);
    }

    /// <summary>Writes the report as the property "int8" of the current JSON object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("int8");
        writer.WriteNumber("fp32_bytes", Result.SourceBytes);
        writer.WriteNumber("bytes", Result.Bytes);
        writer.WriteNumber("calibration_images", Result.CalibrationImages);
        if (Accuracy is { } accuracy)
        {
            writer.WriteStartObject("metrics");
            writer.WriteString("data", accuracy.Data);
            writer.WriteNumber("images", accuracy.Images);
            foreach (var (name, metrics) in (ReadOnlySpan<(string, Evaluation.CocoMetrics)>)[("fp32", accuracy.Fp32), ("int8", accuracy.Int8)])
            {
                writer.WriteStartObject(name);
                MetricsReport.Write(writer, metrics);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        WriteError(writer, "error", Result.Error);
        writer.WriteStartArray("layers");
        foreach (var layer in Result.Layers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", layer.Name);
            writer.WriteString("precision", layer.IsQuantized ? "int8" : "fp32");
            WriteRange(writer, "input", layer.Input);
            WriteRange(writer, "output", layer.Output);
            WriteError(writer, "sensitivity", layer.Sensitivity);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRange(Utf8JsonWriter writer, string name, TensorRange range)
    {
        writer.WriteStartArray(name);
        writer.WriteNumberValue(range.Low);
        writer.WriteNumberValue(range.High);
        writer.WriteEndArray();
    }

    // JSON has no infinity: an error of 0 is null.
    private static void WriteError(Utf8JsonWriter writer, string name, OnnxOutputError? error)
    {
        if (error is not { } ratios)
            return;
        writer.WriteStartObject(name);
        foreach (var (key, value) in (ReadOnlySpan<(string, double)>)[("logits_db", ratios.Logits), ("boxes_db", ratios.Boxes)])
        {
            if (double.IsFinite(value))
                writer.WriteNumber(key, value);
            else
                writer.WriteNull(key);
        }

        writer.WriteEndObject();
    }

    private static string Decibels(double value) => double.IsFinite(value) ? $"{value:0.0}" : Tables.None;
}
