namespace RetinaSharp.Boxes;

/// <summary>
/// The implementation whose anchors are reproduced: their sizes, order and stride. Weights only work with the anchors that they were trained with.
/// </summary>
public enum AnchorCompatibility
{
    /// <summary>Matches the paper and detectron2: sizes are not rounded; anchors are ordered by scale, then ratio; the stride is 2^level.</summary>
    Exact,

    /// <summary>
    /// Matches torchvision: anchor sizes are truncated and corners rounded to whole pixels; anchors are ordered by ratio, then scale; the
    /// stride is padded size / grid size, rounded down.
    /// </summary>
    Torchvision,
}
