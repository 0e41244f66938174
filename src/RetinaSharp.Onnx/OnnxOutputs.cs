namespace RetinaSharp.Onnx;

/// <summary>The kinds of outputs of an exported model.</summary>
public enum OnnxOutputs
{
    /// <summary>Boxes, scores and labels of the detections; box decoding and NMS are part of the graph.</summary>
    Detections,

    /// <summary>
    /// The detections as one tensor of fixed size per image, and their number: what serving systems such as Triton, and TensorRT and DeepStream, expect.
    /// </summary>
    Padded,

    /// <summary>Logits, box deltas and anchors, for custom postprocessing.</summary>
    Raw,
}
