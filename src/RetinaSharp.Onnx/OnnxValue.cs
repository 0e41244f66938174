namespace RetinaSharp.Onnx;

/// <summary>An input or output of an exported model.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Element type: uint8, float32 or int64.</param>
/// <param name="Shape">Its dimensions: numbers, or the names of those that are free.</param>
/// <param name="Meaning">What it holds.</param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<string> Shape, string Meaning);
