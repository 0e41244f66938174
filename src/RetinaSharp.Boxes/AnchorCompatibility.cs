namespace RetinaSharp.Boxes;

/// <summary>Whose anchors are made. Weights are tied to the anchors that they were trained with.</summary>
public enum AnchorCompatibility
{
    /// <summary>As the paper and detectron2 have them: exact sizes, scale outer and ratio inner, stride 2^level.</summary>
    Exact,

    /// <summary>
    /// As torchvision has them: sizes cut to whole pixels, corners rounded, ratio outer and scale inner, stride the padded size
    /// divided by the grid's, without remainder.
    /// </summary>
    Torchvision,
}
