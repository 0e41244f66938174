namespace RetinaSharp.Onnx.Tests;

/// <summary>One field of a protobuf message.</summary>
/// <param name="Number">Its number in the schema.</param>
/// <param name="Whole">Its value, where it is a whole number.</param>
/// <param name="Bytes">Its value, where it is bytes, text, or a message.</param>
internal sealed record WireField(int Number, long Whole, ReadOnlyMemory<byte> Bytes);
