namespace RetinaSharp.Boxes;

/// <summary>Overlap of a predicted box and a target in double precision, and its derivatives with respect to the prediction's corners.</summary>
/// <param name="x1">Left edge of the prediction.</param>
/// <param name="y1">Top edge of the prediction.</param>
/// <param name="x2">Right edge of the prediction.</param>
/// <param name="y2">Bottom edge of the prediction.</param>
/// <param name="target">The target.</param>
internal readonly struct BoxPair(double x1, double y1, double x2, double y2, Box target)
{
    /// <summary>Added to denominators, as in torchvision.</summary>
    public const double Epsilon = 1e-7;

    public Axis Horizontal { get; } = new(x1, x2, target.X1, target.X2);

    public Axis Vertical { get; } = new(y1, y2, target.Y1, target.Y2);

    public double Width { get; } = x2 - x1;

    public double Height { get; } = y2 - y1;

    public double Intersection => Overlaps ? Horizontal.Overlap * Vertical.Overlap : 0;

    public double Union => Width * Height + ((double)target.X2 - target.X1) * ((double)target.Y2 - target.Y1) - Intersection;

    /// <summary>Derivatives of the prediction's area.</summary>
    public CornerDerivatives Area => new(-Height, -Width, Height, Width);

    /// <summary>Derivatives of the intersection.</summary>
    public CornerDerivatives IntersectionDerivatives => !Overlaps ? default : new(
        -Horizontal.LowDerivative * Vertical.Overlap, -Vertical.LowDerivative * Horizontal.Overlap,
        Horizontal.HighDerivative * Vertical.Overlap, Vertical.HighDerivative * Horizontal.Overlap);

    /// <summary>Derivatives of the enclosing box's width for X1 and X2, and of its height for Y1 and Y2.</summary>
    public CornerDerivatives EnclosingLength => new(
        -(1 - Horizontal.LowDerivative), -(1 - Vertical.LowDerivative), 1 - Horizontal.HighDerivative, 1 - Vertical.HighDerivative);

    private bool Overlaps => Horizontal.Overlap > 0 && Vertical.Overlap > 0;

    /// <summary>
    /// The intervals that a predicted box and a target cover on one axis. <c>Overlap</c> is the length of their overlap, negative if there is a
    /// gap; <c>Enclosing</c> is the length of the smallest interval that contains both.
    /// </summary>
    /// <remarks>
    /// <c>LowDerivative</c> and <c>HighDerivative</c> are the absolute derivatives of the overlap with respect to the low and the high end of the
    /// prediction. One minus these are the absolute derivatives of the enclosing interval's length.
    /// </remarks>
    public readonly struct Axis(double low, double high, double targetLow, double targetHigh)
    {
        public double Overlap { get; } = Math.Min(high, targetHigh) - Math.Max(low, targetLow);

        public double Enclosing { get; } = Math.Max(high, targetHigh) - Math.Min(low, targetLow);

        public double LowDerivative { get; } = OverlapDerivative(low - targetLow);

        public double HighDerivative { get; } = OverlapDerivative(targetHigh - high);

        /// <summary>Distance of the centers, positive if the prediction is beyond the target.</summary>
        public double CenterDistance { get; } = ((low - targetLow) + (high - targetHigh)) / 2;

        private static double OverlapDerivative(double inside) => inside > 0 ? 1 : inside < 0 ? 0 : .5;
    }
}
