namespace RetinaSharp.Boxes;

/// <summary>The complete IoU loss: <see cref="Diou"/> plus a penalty for a different aspect ratio.</summary>
/// <remarks>
/// <c>loss = DIoU loss + α v</c> with <c>v = (4 / π²) (atan(w_t / h_t) - atan(w / h))²</c> and <c>α = v / (1 - IoU + v + ε)</c>, ε = 1e-7
/// (Zheng et al., <a href="https://arxiv.org/abs/1911.08287">Distance-IoU Loss</a>), as in torchvision's <c>complete_box_iou_loss</c>. The
/// gradient takes α as a constant, as the paper, torchvision and MMDetection do; it is not the derivative of the loss. MMDetection and a later
/// paper also set α to 0 for an IoU up to .5, which is not done here. The derivative of v has the factor 1 / (w² + h²), which the authors' code
/// replaces by 1, and torchvision and this class do not. Computed in double precision.
/// </remarks>
public static class Ciou
{
    // Lower bound of w² + h², in square pixels, which keeps the gradient of a box without area finite.
    private const double MinSquare = 1e-30;

    /// <summary>Computes the loss of a predicted box.</summary>
    /// <param name="predicted">The predicted box, with width and height 0 or more.</param>
    /// <param name="target">The ground-truth box, with width and height 0 or more.</param>
    public static double Loss(Box predicted, Box target) => Loss(predicted, target, out _);

    /// <summary>Computes the loss of a predicted box and its gradient.</summary>
    /// <param name="predicted">The predicted box, with width and height 0 or more.</param>
    /// <param name="target">The ground-truth box, with width and height 0 or more.</param>
    /// <param name="gradient">Receives the gradient of the loss with respect to the four coordinates of the prediction.</param>
    public static double Loss(Box predicted, Box target, out Box gradient)
    {
        var loss = Loss(predicted.X1, predicted.Y1, predicted.X2, predicted.Y2, target, out var derivatives);
        gradient = derivatives.ToBox();
        return loss;
    }

    internal static double Loss(double x1, double y1, double x2, double y2, Box target, out CornerDerivatives gradient)
    {
        var pair = new BoxPair(x1, y1, x2, y2, target);
        var diou = Diou.Loss(pair, out var g);
        // Defined for a height of 0, too.
        var difference = Math.Atan2((double)target.X2 - target.X1, (double)target.Y2 - target.Y1) - Math.Atan2(pair.Width, pair.Height);
        const double Factor = 4 / (Math.PI * Math.PI);
        var v = Factor * difference * difference;
        var alpha = v / (1 - pair.Intersection / (pair.Union + BoxPair.Epsilon) + v + BoxPair.Epsilon);
        var slope = -2 * Factor * alpha * difference / Math.Max(pair.Width * pair.Width + pair.Height * pair.Height, MinSquare);
        var (byWidth, byHeight) = (slope * pair.Height, -slope * pair.Width);
        gradient = new(g.X1 - byWidth, g.Y1 - byHeight, g.X2 + byWidth, g.Y2 + byHeight);
        return diou + alpha * v;
    }
}
