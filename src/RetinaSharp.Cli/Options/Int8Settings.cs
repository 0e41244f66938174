using RetinaSharp.Datasets;
using RetinaSharp.Onnx.Quantization;

namespace RetinaSharp.Cli.Options;

/// <summary>What <see cref="Int8Options"/> say.</summary>
/// <param name="Calibrate">The dataset for calibration.</param>
/// <param name="Check">The dataset on which AP is measured; null: that for calibration.</param>
/// <param name="Reading">Options for reading both datasets.</param>
/// <param name="Quantization">Options for quantization.</param>
/// <param name="MaxApDrop">Maximum drop of AP; null: no bound.</param>
internal sealed record Int8Settings(string Calibrate, string? Check, DatasetOptions Reading, OnnxQuantizationOptions Quantization, double? MaxApDrop);
