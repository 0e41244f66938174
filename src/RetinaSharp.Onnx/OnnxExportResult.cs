using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Onnx;

/// <summary>The result of exporting a model to ONNX.</summary>
/// <param name="File">Path of the ONNX file.</param>
/// <param name="Bytes">Size of the file in bytes.</param>
/// <param name="Model">The model that was exported.</param>
/// <param name="Inputs">The inputs of the exported model.</param>
/// <param name="Outputs">The outputs of the exported model.</param>
public sealed record OnnxExportResult(string File, long Bytes, ModelDescription Model, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs);
