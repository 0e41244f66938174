namespace RetinaSharp.Detection.Weights.Onnx;

/// <summary>A range of bytes of a file.</summary>
/// <param name="Start">Offset of the first byte.</param>
/// <param name="End">Offset behind the last byte.</param>
internal readonly record struct ByteRange(long Start, long End)
{
    /// <summary>Number of bytes.</summary>
    public long Length => End - Start;
}
