using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Anchors;

/// <summary>Labels every anchor of an image: a class, background or ignored. Loader threads call it at the same time.</summary>
public interface IAssigner
{
    /// <summary>Assigns the anchors of one image.</summary>
    /// <param name="anchors">The anchors of its padded size.</param>
    /// <param name="boxes">Ground-truth boxes in pixels of the padded image; may be empty.</param>
    /// <param name="classes">For each box its class, from 0.</param>
    /// <param name="ignored">Regions, such as crowds, whose anchors are not background.</param>
    AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default);
}
