namespace RetinaSharp.Detection.Configuration;

/// <summary>How the anchors are chosen that the classification loss is of.</summary>
public enum SamplingKind
{
    /// <summary>All of them.</summary>
    None,

    /// <summary>Online hard example mining (Shrivastava et al.): those of the greatest loss, after suppression of overlapping boxes.</summary>
    Ohem,

    /// <summary>At random, in a fixed ratio of negatives to positives, as in the heads of two-stage detectors.</summary>
    Ratio,

    /// <summary>All positives, and the negatives of the greatest loss in a fixed ratio, as in SSD (Liu et al.).</summary>
    HardNegative,
}
