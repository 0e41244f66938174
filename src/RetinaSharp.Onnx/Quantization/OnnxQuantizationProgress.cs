namespace RetinaSharp.Onnx.Quantization;

/// <summary>Progress of quantization.</summary>
/// <param name="Stage">The current stage.</param>
/// <param name="Done">Number of images or, for <see cref="OnnxQuantizationStage.Sensitivity"/>, of layers that the stage has completed.</param>
/// <param name="Total">Number of images or layers of the stage.</param>
public readonly record struct OnnxQuantizationProgress(OnnxQuantizationStage Stage, int Done, int Total);
