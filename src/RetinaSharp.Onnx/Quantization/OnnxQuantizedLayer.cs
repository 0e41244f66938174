namespace RetinaSharp.Onnx.Quantization;

/// <summary>A layer of a quantized model: a convolution with the batch norm and the ReLU that follow it.</summary>
/// <param name="Name">Name of the layer, as in the model file: that of its weights without <c>.weight</c>.</param>
/// <param name="IsQuantized">Whether the layer computes in int8; else in fp32.</param>
/// <param name="Nodes">Number of convolutions in the graph with the layer's weights: 1, or the number of pyramid levels for the heads.</param>
/// <param name="Input">Range of the inputs over the calibration images and all nodes.</param>
/// <param name="Output">
/// Range of the outputs over the calibration images and all nodes. For logits, the lower end is the lowest useful logit; for boxes, the range is that of anchors that may become
/// detections.
/// </param>
/// <param name="Sensitivity">Error of the model's outputs if this layer alone is quantized; null if that was not measured.</param>
public sealed record OnnxQuantizedLayer(string Name, bool IsQuantized, int Nodes, TensorRange Input, TensorRange Output, OnnxOutputError? Sensitivity);
