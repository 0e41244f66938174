using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>A box of the ground truth, of a known class, as the evaluation needs it.</summary>
/// <param name="Image">Place of its image among the images by rising id.</param>
/// <param name="Box">The box.</param>
/// <param name="Area">Its area: of the mask where the annotation has one.</param>
/// <param name="IsCrowd">Whether it is a crowd region.</param>
/// <param name="CountsAsMatch">
/// False for the annotation id 0, which pycocotools cannot tell from "not matched": the box is used up, the detection unmatched.
/// </param>
internal readonly record struct ClassTruth(int Image, BoxXywh Box, double Area, bool IsCrowd, bool CountsAsMatch)
{
    /// <summary>The settings in which it is ignored; see <see cref="Verdict"/>.</summary>
    public ulong Ignored { get; } = IsCrowd ? Verdict.Everywhere : Verdict.Outside(Area);
}
