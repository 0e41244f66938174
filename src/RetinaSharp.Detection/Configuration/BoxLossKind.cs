namespace RetinaSharp.Detection.Configuration;

/// <summary>Loss of the box head.</summary>
public enum BoxLossKind
{
    /// <summary>Smooth L1 of the box code, with <see cref="LossSettings.Beta"/>.</summary>
    SmoothL1,

    /// <summary>L1 of the box code.</summary>
    L1,

    /// <summary>1 - GIoU of the decoded box.</summary>
    Giou,
}
