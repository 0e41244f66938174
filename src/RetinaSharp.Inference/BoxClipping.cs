namespace RetinaSharp.Inference;

/// <summary>When detected boxes are clipped to the image.</summary>
public enum BoxClipping
{
    /// <summary>Before NMS, as in torchvision: the IoU is that of the clipped boxes.</summary>
    BeforeSuppression,

    /// <summary>After NMS, as in detectron2; boxes that lie outside of the image are dropped.</summary>
    AfterSuppression,
}
