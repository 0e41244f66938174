namespace RetinaSharp.Detection.Configuration;

/// <summary>What a cell of a pyramid level predicts boxes from.</summary>
public enum HeadKind
{
    /// <summary>Several anchors per cell, as in RetinaNet.</summary>
    Anchors,

    /// <summary>
    /// One point per cell, at column · stride and row · stride, as in torchvision's FCOS; the paper adds half a stride. The model's anchors are one square per cell,
    /// centered at the point, whose size the assigners by IoU and ATSS use.
    /// </summary>
    Points,
}
