namespace RetinaSharp.Onnx.Tests;

/// <summary>A field of a protobuf message.</summary>
/// <param name="Number">The field number in the schema.</param>
/// <param name="Whole">The value of an integer field.</param>
/// <param name="Bytes">The value of a bytes, string or message field.</param>
internal sealed record WireField(int Number, long Whole, ReadOnlyMemory<byte> Bytes);
