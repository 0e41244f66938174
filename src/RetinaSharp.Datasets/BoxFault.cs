namespace RetinaSharp.Datasets;

/// <summary>
/// What is wrong with a box: nothing, it extends beyond the border of its image, it is completely outside of the image, or it has no area
/// or is not finite.
/// </summary>
internal enum BoxFault
{
    None,
    OverBorder,
    Outside,
    NoArea,
}
