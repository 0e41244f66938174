using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Anchors;

/// <summary>Labels every anchor of an image as a class, background or ignored. Called concurrently from loader threads, so it must be thread-safe.</summary>
public interface IAssigner
{
    /// <summary>Assigns the anchors of one image.</summary>
    /// <param name="anchors">The anchors for the padded image size.</param>
    /// <param name="boxes">Ground-truth boxes in pixels of the padded image; may be empty.</param>
    /// <param name="classes">Class id of each box, from 0; as many as boxes.</param>
    /// <param name="ignored">Ignore regions, such as crowd regions: anchors within them are ignored instead of background.</param>
    AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default);
}
