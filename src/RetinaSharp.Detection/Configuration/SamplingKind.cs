namespace RetinaSharp.Detection.Configuration;

/// <summary>How the anchors are sampled that the classification loss is computed on.</summary>
public enum SamplingKind
{
    /// <summary>No sampling: all anchors are used.</summary>
    None,

    /// <summary>
    /// Online hard example mining (Shrivastava et al.): the anchors with the highest loss, after NMS in which the anchor with the higher loss suppresses the
    /// other.
    /// </summary>
    Ohem,

    /// <summary>Random sampling with a fixed ratio of negatives to positives, as in two-stage detectors.</summary>
    Ratio,

    /// <summary>Hard negative mining as in SSD (Liu et al.): all positives, and the negatives with the highest loss in a fixed ratio.</summary>
    HardNegative,
}
