namespace RetinaSharp.OnnxRuntime;

/// <summary>The kinds of outputs of an exported model.</summary>
public enum OnnxOutputKind
{
    /// <summary>Boxes, scores, labels and image indices of the detections of a batch.</summary>
    Detections,

    /// <summary>A tensor of detections of fixed size per image, and the number of detections of each image.</summary>
    Padded,

    /// <summary>Logits and box outputs of each anchor. The detector postprocesses them, so that every kind of suppression is available.</summary>
    Raw,
}
