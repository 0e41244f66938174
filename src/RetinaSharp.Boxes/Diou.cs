namespace RetinaSharp.Boxes;

/// <summary>The distance IoU loss, 0 for equal boxes, at most 2: it also has a gradient that moves disjoint boxes towards each other.</summary>
/// <remarks>
/// With I the intersection, U the union, ρ the distance of the centers and c the diagonal of the smallest enclosing box:
/// <c>loss = 1 - I / (U + ε) + ρ² / (c² + ε)</c>, ε = 1e-7 (Zheng et al., <a href="https://arxiv.org/abs/1911.08287">Distance-IoU Loss</a>), as
/// in torchvision's <c>distance_box_iou_loss</c>. Computed in double precision. Where edges of both boxes coincide, the gradient is the mean of
/// the two one-sided derivatives; for equal boxes it is 0.
/// </remarks>
public static class Diou
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

    internal static double Loss(double x1, double y1, double x2, double y2, Box target, out CornerDerivatives gradient) =>
        Loss(new(x1, y1, x2, y2, target), out gradient);

    internal static double Loss(BoxPair pair, out CornerDerivatives gradient)
    {
        var intersection = pair.Intersection;
        var union = pair.Union + BoxPair.Epsilon;
        var (dx, dy) = (pair.Horizontal.CenterDistance, pair.Vertical.CenterDistance);
        var (width, height) = (pair.Horizontal.Enclosing, pair.Vertical.Enclosing);
        var diagonal = width * width + height * height + BoxPair.Epsilon;
        var penalty = (dx * dx + dy * dy) / diagonal;
        var (area, overlap, length) = (pair.Area, pair.IntersectionDerivatives, pair.EnclosingLength);
        gradient = new(
            Derivative(area.X1, overlap.X1, dx, length.X1 * width),
            Derivative(area.Y1, overlap.Y1, dy, length.Y1 * height),
            Derivative(area.X2, overlap.X2, dx, length.X2 * width),
            Derivative(area.Y2, overlap.Y2, dy, length.Y2 * height));
        return 1 - intersection / union + penalty;

        double Derivative(double areaDerivative, double intersectionDerivative, double distance, double halfDiagonalDerivative) =>
            (intersection * (areaDerivative - intersectionDerivative) / union - intersectionDerivative) / union
            + (distance - penalty * 2 * halfDiagonalDerivative) / diagonal;
    }
}
