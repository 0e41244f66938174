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
    private const double Epsilon = 1e-7;

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
        var loss = Loss(predicted.X1, predicted.Y1, predicted.X2, predicted.Y2, target, out var g);
        gradient = new((float)g.X1, (float)g.Y1, (float)g.X2, (float)g.Y2);
        return loss;
    }

    internal static double Loss(
        double x1, double y1, double x2, double y2, Box target, out (double X1, double Y1, double X2, double Y2) gradient)
    {
        var horizontal = new Axis(x1, x2, target.X1, target.X2);
        var vertical = new Axis(y1, y2, target.Y1, target.Y2);
        var overlaps = horizontal.Overlap > 0 && vertical.Overlap > 0;
        var intersection = overlaps ? horizontal.Overlap * vertical.Overlap : 0;
        var union = (x2 - x1) * (y2 - y1) + ((double)target.X2 - target.X1) * ((double)target.Y2 - target.Y1) - intersection;
        var enclosing = horizontal.Enclosing * vertical.Enclosing;

        gradient = (
            Derivative(-(y2 - y1), overlaps ? -horizontal.LowDerivative * vertical.Overlap : 0, -(1 - horizontal.LowDerivative) * vertical.Enclosing),
            Derivative(-(x2 - x1), overlaps ? -vertical.LowDerivative * horizontal.Overlap : 0, -(1 - vertical.LowDerivative) * horizontal.Enclosing),
            Derivative(y2 - y1, overlaps ? horizontal.HighDerivative * vertical.Overlap : 0, (1 - horizontal.HighDerivative) * vertical.Enclosing),
            Derivative(x2 - x1, overlaps ? vertical.HighDerivative * horizontal.Overlap : 0, (1 - vertical.HighDerivative) * horizontal.Enclosing));
        return 1 - intersection / (union + Epsilon) + (enclosing - union) / (enclosing + Epsilon);

        double Derivative(double areaDerivative, double intersectionDerivative, double enclosingDerivative)
        {
            var u = union + Epsilon;
            var c = enclosing + Epsilon;
            var unionDerivative = areaDerivative - intersectionDerivative;
            return (intersection * unionDerivative / u - intersectionDerivative) / u + (enclosingDerivative * (u / c) - unionDerivative) / c;
        }
    }

    /// <summary>
    /// The intervals that a predicted box and a target cover on one axis. <c>Overlap</c> is the length of their overlap, negative if there is a
    /// gap; <c>Enclosing</c> is the length of the smallest interval that contains both.
    /// </summary>
    /// <remarks>
    /// <c>LowDerivative</c> and <c>HighDerivative</c> are the absolute derivatives of the overlap with respect to the low and the high end of the
    /// prediction. One minus these are the absolute derivatives of the enclosing interval's length.
    /// </remarks>
    private readonly struct Axis(double low, double high, double targetLow, double targetHigh)
    {
        public double Overlap { get; } = Math.Min(high, targetHigh) - Math.Max(low, targetLow);

        public double Enclosing { get; } = Math.Max(high, targetHigh) - Math.Min(low, targetLow);

        public double LowDerivative { get; } = OverlapDerivative(low - targetLow);

        public double HighDerivative { get; } = OverlapDerivative(targetHigh - high);

        private static double OverlapDerivative(double inside) => inside > 0 ? 1 : inside < 0 ? 0 : .5;
    }
}
