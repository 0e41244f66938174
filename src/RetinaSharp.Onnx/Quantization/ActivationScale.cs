namespace RetinaSharp.Onnx.Quantization;

/// <summary>Quantization of an activation tensor to uint8: value = <paramref name="Scale"/> · (q - <paramref name="ZeroPoint"/>).</summary>
/// <param name="Scale">The step between neighboring values, above 0.</param>
/// <param name="ZeroPoint">The byte that represents 0.</param>
internal readonly record struct ActivationScale(float Scale, byte ZeroPoint)
{
    /// <summary>
    /// Smallest scale of activations and weights. The product of an input's and a weight's scale is the scale of the bias, and must not underflow in fp32.
    /// </summary>
    public const float MinScale = 1e-12f;

    /// <summary>What the zero point adds: value + shift = scale · q.</summary>
    public double Shift => ZeroPoint * (double)Scale;

    /// <summary>Computes the quantization of a tensor from its range.</summary>
    /// <param name="range">A finite range. It is extended to 0, because zero padding must be exact.</param>
    /// <param name="coversLow">Whether the smallest value must not exceed the low end; otherwise the ends may be half a step within the range.</param>
    public static ActivationScale Create(TensorRange range, bool coversLow = false)
    {
        // In fp64: the width of a finite range may overflow in fp32.
        var (low, high) = ((double)Math.Min(0, range.Low), (double)Math.Max(0, range.High));
        // One step less, because rounding the zero point up moves the high end down.
        var scale = Math.Max((float)((high - low) / (coversLow ? byte.MaxValue - 1 : byte.MaxValue)), MinScale);
        var zero = -low / scale;
        return new(scale, (byte)Math.Clamp(coversLow ? Math.Ceiling(zero) : Math.Round(zero), 0, byte.MaxValue));
    }
}
