using RetinaSharp.Onnx.Quantization;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Displays the progress of quantization.</summary>
/// <param name="display">The display.</param>
internal sealed class Int8Progress(ProgressDisplay display) : IProgress<OnnxQuantizationProgress>
{
    public void Report(OnnxQuantizationProgress value) => display.Show(value.Done, value.Total, value.Stage switch
    {
        OnnxQuantizationStage.Calibration => $"calibration: {value.Done} of {value.Total} images",
        OnnxQuantizationStage.Sensitivity => $"sensitivity: {value.Done} of {value.Total} layers",
        _ => $"AP: {value.Done} of {value.Total} images",
    });
}
