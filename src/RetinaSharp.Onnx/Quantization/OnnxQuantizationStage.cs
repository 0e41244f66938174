namespace RetinaSharp.Onnx.Quantization;

/// <summary>The stages of quantization.</summary>
public enum OnnxQuantizationStage
{
    /// <summary>Running the fp32 model on the calibration images.</summary>
    Calibration,

    /// <summary>Quantizing each layer alone.</summary>
    Sensitivity,

    /// <summary>Measuring AP.</summary>
    Evaluation,
}
