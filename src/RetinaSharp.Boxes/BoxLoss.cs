namespace RetinaSharp.Boxes;

/// <summary>
/// A loss of the boxes that are predicted for positive anchors; computes the loss and its gradient together. Derive a class from it for a
/// custom loss; the class must be thread-safe.
/// </summary>
public abstract class BoxLoss
{
    /// <summary>The L1 loss <c>|d|</c>, summed over the four components of the box delta.</summary>
    public static BoxLoss L1 { get; } = new SmoothL1BoxLoss(0);

    /// <summary>The GIoU loss, 1 - GIoU of the decoded box; see <see cref="Boxes.Giou"/>.</summary>
    public static BoxLoss Giou { get; } = new DecodedBoxLoss(Boxes.Giou.Loss);

    /// <summary>The DIoU loss of the decoded box; see <see cref="Boxes.Diou"/>.</summary>
    public static BoxLoss Diou { get; } = new DecodedBoxLoss(Boxes.Diou.Loss);

    /// <summary>The CIoU loss of the decoded box; see <see cref="Boxes.Ciou"/>.</summary>
    public static BoxLoss Ciou { get; } = new DecodedBoxLoss(Boxes.Ciou.Loss);

    /// <summary>
    /// Smooth L1 loss: <c>d² / (2β)</c> for <c>|d| &lt; β</c>, else <c>|d| - β / 2</c>, summed over the four components of the box delta.
    /// </summary>
    /// <param name="beta">β, 0 or more; 0 gives <see cref="L1"/>. The default is Detectron's <c>BBOX_REG_BETA</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">β is negative or not finite.</exception>
    public static BoxLoss SmoothL1(double beta = .11)
    {
        if (!(beta >= 0 && double.IsFinite(beta)))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta of smooth L1 must be finite and 0 or more");
        return new SmoothL1BoxLoss(beta);
    }

    /// <summary>Computes the loss and its gradient with respect to the predicted deltas.</summary>
    /// <param name="predicted">Predicted deltas of the positive anchors, [n].</param>
    /// <param name="anchors">The positive anchors, [n], with positive width and height.</param>
    /// <param name="targets">The ground-truth box assigned to each anchor, [n], with positive width and height.</param>
    /// <param name="scale">Factor of the loss, such as 1 / number of positive anchors.</param>
    /// <param name="gradient">Receives the gradient of the returned value, [n]; finite for finite deltas.</param>
    /// <returns>The sum of the losses of all anchors, times <paramref name="scale"/>.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or a box or anchor has a width or height that is not positive.</exception>
    public double Evaluate(
        ReadOnlySpan<BoxDelta> predicted, ReadOnlySpan<Box> anchors, ReadOnlySpan<Box> targets, float scale, Span<BoxDelta> gradient)
    {
        if (anchors.Length != predicted.Length || targets.Length != predicted.Length || gradient.Length != predicted.Length)
            throw new ArgumentException(
                $"{predicted.Length} deltas, {anchors.Length} anchors, {targets.Length} targets and {gradient.Length} gradients: "
                + "the four must be equal");
        var sum = 0.0;
        for (var i = 0; i < predicted.Length; i++)
            sum += EvaluateAnchor(predicted[i], anchors[i], targets[i], scale, out gradient[i]);
        return sum * scale;
    }

    /// <summary>Computes the loss of one anchor, and the gradient of the loss times <paramref name="scale"/>.</summary>
    /// <param name="predicted">The predicted box delta.</param>
    /// <param name="anchor">The anchor, of positive width and height.</param>
    /// <param name="target">The ground-truth box, of positive width and height.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="gradient">Receives <paramref name="scale"/> times the derivatives of the loss with respect to the predicted delta.</param>
    /// <returns>The loss without <paramref name="scale"/>.</returns>
    protected abstract double EvaluateAnchor(BoxDelta predicted, Box anchor, Box target, double scale, out BoxDelta gradient);
}
