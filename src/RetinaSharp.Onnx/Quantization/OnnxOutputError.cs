namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// How far the outputs of the heads are from those of the fp32 model, as signal-to-noise ratios in dB: 10 · log₁₀ of the sum of squares of the fp32 outputs over that of the
/// differences. Every 20 dB are a factor of 10. Positive infinity: no difference.
/// </summary>
/// <param name="Logits">Signal-to-noise ratio of the logits. Those too low for a detection count as the lowest useful one.</param>
/// <param name="Boxes">Signal-to-noise ratio of the regression head's outputs at anchors that may become detections.</param>
public readonly record struct OnnxOutputError(double Logits, double Boxes)
{
    /// <summary>The lower of the two ratios.</summary>
    public double Lowest => Math.Min(Logits, Boxes);
}
