namespace RetinaSharp.Onnx.Quantization;

/// <summary>Reports the progress of one stage.</summary>
/// <param name="progress">Receives the progress; null: nobody.</param>
/// <param name="stage">The stage.</param>
/// <param name="total">Number of images or layers of the stage.</param>
internal sealed class StageProgress(IProgress<OnnxQuantizationProgress>? progress, OnnxQuantizationStage stage, int total) : IProgress<int>
{
    public void Report(int value) => progress?.Report(new(stage, value, total));
}
