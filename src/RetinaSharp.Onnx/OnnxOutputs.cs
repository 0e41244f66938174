namespace RetinaSharp.Onnx;

/// <summary>What an exported model gives.</summary>
public enum OnnxOutputs
{
    /// <summary>Boxes, scores and classes, ready for use: decoding and suppression are part of the graph.</summary>
    Detections,

    /// <summary>What the network says of each anchor, and the anchors, for a postprocessing of one's own.</summary>
    Raw,
}
