using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Onnx;

/// <summary>What was exported.</summary>
/// <param name="File">The file that was written.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Model">The model that it was made of.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
public sealed record OnnxExportResult(string File, long Bytes, ModelDescription Model, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs);
