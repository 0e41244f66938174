namespace RetinaSharp.Onnx;

/// <summary>An input or output of an exported model.</summary>
/// <param name="Name">The name of the input or output in the ONNX file.</param>
/// <param name="Type">The element type: uint8, int32, int64 or float32.</param>
/// <param name="Shape">The dimensions: numbers, or the names of dynamic dimensions.</param>
/// <param name="Description">What the tensor contains.</param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<string> Shape, string Description);
