namespace RetinaSharp.Detection.Weights.Onnx;

/// <summary>An initializer of an ONNX graph: a constant tensor stored in the file.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Type">Element type; null: one that holds no weights, such as a string.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Data">The elements in the file, little-endian and row-major; empty if they are stored in another way.</param>
internal sealed record OnnxTensor(string Name, SafetensorsType? Type, long[] Shape, ByteRange Data);
