namespace RetinaSharp.Detection.Configuration;

/// <summary>Loss of the box regression head.</summary>
public enum BoxLossKind
{
    /// <summary>Smooth L1 on the encoded box deltas, with threshold <see cref="LossSettings.Beta"/>.</summary>
    SmoothL1,

    /// <summary>L1 on the encoded box deltas.</summary>
    L1,

    /// <summary>GIoU loss (1 - GIoU) on the decoded boxes.</summary>
    Giou,

    /// <summary>DIoU loss on the decoded boxes: 1 - IoU plus the distance of the centers.</summary>
    Diou,

    /// <summary>CIoU loss on the decoded boxes: DIoU loss plus the difference of the aspect ratios.</summary>
    Ciou,
}
