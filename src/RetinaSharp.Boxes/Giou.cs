namespace RetinaSharp.Boxes;

/// <summary>The generalized IoU loss, 1 - GIoU: 0 for equal boxes, at most 2.</summary>
/// <remarks>
/// With I the intersection, U the union and C the area of the smallest enclosing box: <c>loss = 1 - I / (U + ε) + (C - U) / (C + ε)</c>, ε
/// = 1e-7 (Rezatofighi et al., <a href="https://arxiv.org/abs/1902.09630">Generalized Intersection over Union</a>), as in torchvision's
/// <c>generalized_box_iou_loss</c>. Computed in double precision, so that the far-off boxes of an untrained model give finite values. Where
/// edges of both boxes coincide, the gradient is the mean of the two one-sided derivatives; for equal boxes it is 0.
/// </remarks>
public static class Giou
{
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
        var (intersection, union) = (pair.Intersection, pair.Union);
        var enclosing = pair.Horizontal.Enclosing * pair.Vertical.Enclosing;
        var (area, overlap, length) = (pair.Area, pair.IntersectionDerivatives, pair.EnclosingLength);
        gradient = new(
            Derivative(area.X1, overlap.X1, length.X1 * pair.Vertical.Enclosing),
            Derivative(area.Y1, overlap.Y1, length.Y1 * pair.Horizontal.Enclosing),
            Derivative(area.X2, overlap.X2, length.X2 * pair.Vertical.Enclosing),
            Derivative(area.Y2, overlap.Y2, length.Y2 * pair.Horizontal.Enclosing));
        return 1 - intersection / (union + BoxPair.Epsilon) + (enclosing - union) / (enclosing + BoxPair.Epsilon);

        double Derivative(double areaDerivative, double intersectionDerivative, double enclosingDerivative)
        {
            var u = union + BoxPair.Epsilon;
            var c = enclosing + BoxPair.Epsilon;
            var unionDerivative = areaDerivative - intersectionDerivative;
            return (intersection * unionDerivative / u - intersectionDerivative) / u + (enclosingDerivative * (u / c) - unionDerivative) / c;
        }
    }
}
