namespace RetinaSharp.Onnx.Quantization;

/// <summary>The result of quantizing an exported model.</summary>
/// <param name="File">Path of the quantized file.</param>
/// <param name="Bytes">Size of the quantized file in bytes.</param>
/// <param name="SourceBytes">Size of the fp32 file in bytes.</param>
/// <param name="CalibrationImages">Number of images that the ranges come from.</param>
/// <param name="ErrorImages">Number of images that errors come from: a part of the calibration images.</param>
/// <param name="Error">Error of the model's outputs; null if it was not measured.</param>
/// <param name="Layers">The layers, in the order of the graph.</param>
/// <param name="Accuracy">AP before and after; null without <see cref="OnnxQuantizationOptions.AccuracyBound"/>.</param>
public sealed record OnnxQuantizationResult(
    string File, long Bytes, long SourceBytes, int CalibrationImages, int ErrorImages, OnnxOutputError? Error, IReadOnlyList<OnnxQuantizedLayer> Layers, OnnxQuantizationAccuracy? Accuracy)
{
    /// <summary>The layers whose sensitivity was measured, the most sensitive first.</summary>
    public IEnumerable<OnnxQuantizedLayer> BySensitivity => Layers.Where(layer => layer.Sensitivity is not null).OrderBy(layer => layer.Sensitivity!.Value.Lowest);
}
