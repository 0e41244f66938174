using RetinaSharp.Datasets;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>A bound of the AP that quantization may cost. While it is exceeded, the most sensitive layers are kept in fp32: 1, 2, 4 and so on.</summary>
/// <param name="GroundTruth">The dataset that AP is measured on; images of the calibration flatter the quantized model.</param>
/// <param name="MaxDrop">Maximum of AP of the fp32 model minus AP of the quantized model, in [0, 1], such as .005.</param>
public sealed record OnnxAccuracyBound(DetectionDataset GroundTruth, double MaxDrop);
