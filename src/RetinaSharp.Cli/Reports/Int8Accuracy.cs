using RetinaSharp.Evaluation;

namespace RetinaSharp.Cli.Reports;

/// <summary>COCO metrics before and after quantization.</summary>
/// <param name="Data">The dataset, as named on the command line.</param>
/// <param name="Images">Number of images of the dataset.</param>
/// <param name="Fp32">Metrics of the fp32 model.</param>
/// <param name="Int8">Metrics of the quantized model.</param>
internal sealed record Int8Accuracy(string Data, int Images, CocoMetrics Fp32, CocoMetrics Int8);
