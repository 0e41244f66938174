using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// The network's predictions for the anchors of one image, which are read by anchor: an assigner looks at the few anchors near a ground-truth box, so boxes are
/// decoded on demand. Reads are thread-safe.
/// </summary>
public abstract class AnchorPredictions
{
    /// <summary>Returns the class logits of an anchor, [classes]; the sigmoid of a logit is the score of the class.</summary>
    /// <param name="anchor">Index of the anchor in the grid.</param>
    public abstract ReadOnlySpan<float> Logits(int anchor);

    /// <summary>Returns the predicted box of an anchor, in pixels of the padded image.</summary>
    /// <param name="anchor">Index of the anchor in the grid.</param>
    public abstract Box Box(int anchor);
}
