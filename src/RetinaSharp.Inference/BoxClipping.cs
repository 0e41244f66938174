namespace RetinaSharp.Inference;

/// <summary>Whether detected boxes are clipped to the image before or after non-maximum suppression (NMS).</summary>
public enum BoxClipping
{
    /// <summary>Boxes are clipped before NMS, as in torchvision. NMS uses the IoU of the clipped boxes.</summary>
    BeforeSuppression,

    /// <summary>Boxes are clipped after NMS, as in detectron2. Boxes completely outside of the image are dropped.</summary>
    AfterSuppression,
}
