namespace RetinaSharp.Detection.Anchors;

/// <summary>How well anchors cover the ground-truth boxes of a group, such as the small ones.</summary>
/// <param name="Name">Name of the group, such as "small".</param>
/// <param name="Boxes">Number of boxes in the group.</param>
/// <param name="Covered">Number of boxes for which some anchor reaches the IoU threshold.</param>
/// <param name="MeanBestIou">Mean, over the boxes, of the highest IoU with an anchor; NaN without boxes.</param>
public sealed record AnchorCoverageGroup(string Name, int Boxes, int Covered, double MeanBestIou)
{
    /// <summary>Covered boxes as a share of all boxes of the group, in [0, 1]; NaN without boxes.</summary>
    public double CoveredShare => (double)Covered / Boxes;
}
