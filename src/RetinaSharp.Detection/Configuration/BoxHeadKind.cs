namespace RetinaSharp.Detection.Configuration;

/// <summary>How the regression head represents a box.</summary>
public enum BoxHeadKind
{
    /// <summary>
    /// Four numbers: the deltas from the anchor or, with <see cref="HeadKind.Points"/>, the distances from the point to the edges of the box.
    /// </summary>
    Delta,

    /// <summary>A distribution of the distance to each edge of the box, as in GFL. See <see cref="Boxes.BoxDistribution"/>.</summary>
    Distribution,
}
