using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>A ground truth box of one class.</summary>
/// <param name="Image">Index of its image, images sorted by id.</param>
/// <param name="Box">The box.</param>
/// <param name="Area">Its area; that of the mask where the annotation has one.</param>
/// <param name="IsCrowd">Whether it is a crowd region.</param>
/// <param name="CountsAsMatch">
/// False for annotation id 0, which pycocotools takes for "not matched": the box is used up, but the detection is a false positive.
/// </param>
internal readonly record struct ClassGroundTruth(int Image, BoxXywh Box, double Area, bool IsCrowd, bool CountsAsMatch)
{
    /// <summary>The settings in which it is ignored; see <see cref="SettingMask"/>.</summary>
    public ulong Ignored { get; } = IsCrowd ? SettingMask.All : SettingMask.OutsideOfArea(Area);
}
