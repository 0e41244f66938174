namespace RetinaSharp.Boxes;

/// <summary>A loss of predicted boxes over the positive anchors, with its gradient in one pass. Derive from it for a loss of your own. Must be thread-safe.</summary>
public abstract class BoxLoss
{
    /// <summary>|d| over the four coordinates of the box code.</summary>
    public static BoxLoss L1 { get; } = new SmoothL1BoxLoss(0);

    /// <summary>1 - GIoU of the decoded box; see <see cref="Boxes.Giou"/>.</summary>
    public static BoxLoss Giou { get; } = new GiouBoxLoss();

    /// <summary><c>d² / 2β</c> below β and <c>|d| - β / 2</c> above, over the four coordinates of the box code.</summary>
    /// <param name="beta">β, 0 or more; 0 is <see cref="L1"/>. The default is that of the first Detectron.</param>
    /// <exception cref="ArgumentOutOfRangeException">β is negative or not finite.</exception>
    public static BoxLoss SmoothL1(double beta = .11)
    {
        if (!(beta >= 0 && double.IsFinite(beta)))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta of smooth L1 must be a number from 0 up");
        return new SmoothL1BoxLoss(beta);
    }

    /// <summary>The loss, and its gradient with respect to the predicted codes.</summary>
    /// <param name="predicted">Predicted codes of the positive anchors, [n].</param>
    /// <param name="anchors">Those anchors, [n], of positive width and height.</param>
    /// <param name="targets">The box that each is assigned to, [n], of positive width and height.</param>
    /// <param name="scale">Factor of the loss, such as one over the number of positives.</param>
    /// <param name="gradient">Receives the derivatives of the returned value, [n]; finite for finite codes.</param>
    /// <returns>The sum over all anchors, times <paramref name="scale"/>.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or a box or anchor has no positive width and height.</exception>
    public double Evaluate(
        ReadOnlySpan<BoxDelta> predicted, ReadOnlySpan<Box> anchors, ReadOnlySpan<Box> targets, float scale, Span<BoxDelta> gradient)
    {
        if (anchors.Length != predicted.Length || targets.Length != predicted.Length || gradient.Length != predicted.Length)
            throw new ArgumentException(
                $"{predicted.Length} codes, {anchors.Length} anchors, {targets.Length} targets and room for {gradient.Length} gradients: "
                + "the four must be equal");
        var sum = 0.0;
        for (var i = 0; i < predicted.Length; i++)
            sum += EvaluateOne(predicted[i], anchors[i], targets[i], scale, out gradient[i]);
        return sum * scale;
    }

    /// <summary>The loss of one anchor, and the gradient of the scaled loss.</summary>
    /// <param name="predicted">The predicted code.</param>
    /// <param name="anchor">The anchor, of positive width and height.</param>
    /// <param name="target">The ground-truth box, of positive width and height.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="gradient">Receives <paramref name="scale"/> times the derivatives by the code.</param>
    /// <returns>The loss without <paramref name="scale"/>.</returns>
    protected abstract double EvaluateOne(BoxDelta predicted, Box anchor, Box target, double scale, out BoxDelta gradient);
}
