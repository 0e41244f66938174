using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Labels every anchor of an image as positive (with a class), background or ignored. Called concurrently from several threads, so implementations must be
/// thread-safe.
/// </summary>
public interface IAssigner
{
    /// <summary>
    /// Whether <see cref="Assign"/> needs the network's predictions. If so, training assigns anchors after the forward pass instead of in the loader, and
    /// the shards of a step wait for each other between the forward and the backward pass.
    /// </summary>
    bool UsesPredictions => false;

    /// <summary>Assigns a label to every anchor of one image, and a ground-truth box to every positive anchor.</summary>
    /// <param name="anchors">The anchors for the padded size of the image.</param>
    /// <param name="boxes">Ground-truth boxes in pixels of the padded image; may be empty.</param>
    /// <param name="classes">Class index of each box, from 0; as many as boxes.</param>
    /// <param name="ignored">Ignore regions, such as crowd regions: their anchors are ignored instead of background.</param>
    /// <param name="predictions">The network's predictions for the image; null if <see cref="UsesPredictions"/> is false.</param>
    /// <returns>The labels, and the boxes of the positive anchors.</returns>
    AnchorAssignment Assign(
        AnchorGrid anchors, ReadOnlySpan<Box> boxes, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored = default, AnchorPredictions? predictions = null);
}
