namespace RetinaSharp.Onnx.Tests;

/// <summary>An output tensor of ONNX Runtime.</summary>
internal sealed record OnnxTensor(long[] Dims, float[] Data);
