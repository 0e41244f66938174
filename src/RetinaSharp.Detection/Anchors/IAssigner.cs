using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// Labels every anchor of an image as positive (with a class), background or ignored. Called concurrently from loader threads, so implementations must be
/// thread-safe.
/// </summary>
public interface IAssigner
{
    /// <summary>Assigns a label to every anchor of one image, and a ground-truth box to every positive anchor.</summary>
    /// <param name="anchors">The anchors for the padded size of the image.</param>
    /// <param name="boxes">Ground-truth boxes in pixels of the padded image; may be empty.</param>
    /// <param name="classes">Class index of each box, from 0; as many as boxes.</param>
    /// <param name="ignored">Ignore regions, such as crowd regions: anchors within them are ignored instead of background.</param>
    /// <returns>The labels, and the boxes of the positive anchors.</returns>
    AnchorAssignment Assign(AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default);
}
