namespace RetinaSharp.Onnx.Quantization;

/// <summary>AP of a model before and after quantization, on the dataset of an <see cref="OnnxAccuracyBound"/>.</summary>
/// <param name="Fp32">AP of the fp32 model, in [0, 1].</param>
/// <param name="Int8">AP of the quantized model, in [0, 1].</param>
public sealed record OnnxQuantizationAccuracy(double Fp32, double Int8)
{
    /// <summary>AP of the fp32 model minus AP of the quantized one; negative if quantization happens to improve it.</summary>
    public double Drop => Fp32 - Int8;
}
