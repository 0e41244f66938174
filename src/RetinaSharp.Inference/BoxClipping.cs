namespace RetinaSharp.Inference;

/// <summary>When detected boxes are clipped to the image.</summary>
public enum BoxClipping
{
    /// <summary>Before NMS, as in torchvision. NMS uses the IoU of the clipped boxes.</summary>
    BeforeSuppression,

    /// <summary>After NMS, as in detectron2. Boxes outside of the image are dropped.</summary>
    AfterSuppression,
}
