namespace RetinaSharp.Onnx;

/// <summary>The kinds of outputs of an exported model.</summary>
public enum OnnxOutputs
{
    /// <summary>Boxes, scores and labels of the detections; box decoding and NMS are part of the graph.</summary>
    Detections,

    /// <summary>Logits, box deltas and anchors, for custom postprocessing.</summary>
    Raw,
}
