namespace RetinaSharp.Detection.Configuration;

/// <summary>What a cell of a pyramid level predicts boxes from.</summary>
public enum HeadKind
{
    /// <summary>Several anchors per cell, as in RetinaNet.</summary>
    Anchors,

    /// <summary>One point per cell, its center, as in FCOS. The model's anchors are one square per cell, whose size the assigners by IoU and ATSS use.</summary>
    Points,
}
