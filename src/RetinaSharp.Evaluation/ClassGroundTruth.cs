using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>A ground truth box of one class.</summary>
/// <param name="Image">Index of the box's image among all images sorted by id.</param>
/// <param name="Box">The box.</param>
/// <param name="Area">Area in square pixels: that of the annotation's mask if a COCO file gives it, otherwise that of the box.</param>
/// <param name="IsCrowd">Whether the box is a crowd region.</param>
/// <param name="CountsAsMatch">
/// False if the annotation id is 0, which pycocotools mistakes for "not matched". A detection that matches such a box is a false positive, and
/// no other detection can match the box.
/// </param>
internal readonly record struct ClassGroundTruth(int Image, BoxXywh Box, double Area, bool IsCrowd, bool CountsAsMatch)
{
    /// <summary>The combinations of area range and IoU threshold in which the box is ignored; see <see cref="SettingMask"/>.</summary>
    public ulong Ignored { get; } = IsCrowd ? SettingMask.All : SettingMask.OutsideOfArea(Area);
}
