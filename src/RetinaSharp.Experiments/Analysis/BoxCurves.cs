using RetinaSharp.Boxes;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>Charts of the box losses, for a square target, and of the distribution focal loss.</summary>
internal static class BoxCurves
{
    private const float Side = 64;
    private const double Step = .01, MaxShift = 2, MaxRatio = 8, RatioStep = .05;

    // The two bins that have all the probability in the chart of the distribution focal loss, and the logit of the others.
    private const int Bins = 5, LowBin = 2, HighBin = 3;
    private const float NoProbability = -60;

    private static readonly Box Target = new(0, 0, Side, Side);

    private delegate double BoxLossFunction(Box predicted, Box target, out Box gradient);

    public static IEnumerable<(string Name, LineChart Chart)> Charts =>
    [
        ("box-loss-by-shift", new("Box losses of a square that is shifted to the side", "shift / width", "loss",
            [ByShift("IoU", Iou, Value), ByShift("GIoU", Giou.Loss, Value), ByShift("DIoU, CIoU", Diou.Loss, Value)])),
        ("box-derivative-by-shift", new("Derivatives of the box losses with respect to the shift", "shift / width", "dL / d(shift / width)",
            [ByShift("IoU", Iou, Derivative), ByShift("GIoU", Giou.Loss, Derivative), ByShift("DIoU, CIoU", Diou.Loss, Derivative)])),
        ("box-loss-by-aspect-ratio", new("Box losses by aspect ratio, with equal center and area", "width / height", "loss",
            [ByRatio("IoU, DIoU", Diou.Loss), ByRatio("GIoU", Giou.Loss), ByRatio("CIoU", Ciou.Loss)])),
        ("distribution-focal-loss-by-distance", new("Distribution focal loss of one side, with the bins 2 and 3", "predicted distance in strides", "loss",
            [ByDistance("y = 2", 2), ByDistance("y = 2.3", 2.3f), ByDistance("y = 2.5", 2.5f)])),
    ];

    private static double Value(double value, Box gradient) => value;

    // The shift moves both vertical edges.
    private static double Derivative(double value, Box gradient) => Side * ((double)gradient.X1 + gradient.X2);

    // Without 0, where the derivatives jump from negative to positive.
    private static LineSeries ByShift(string name, BoxLossFunction loss, Func<double, Box, double> side) => new(name, LossCurves.Points(Step, MaxShift, Step, shift =>
    {
        var left = (float)(shift * Side);
        var value = loss(new(left, 0, left + Side, Side), Target, out var gradient);
        return side(value, gradient);
    }));

    private static LineSeries ByRatio(string name, BoxLossFunction loss) => new(name, LossCurves.Points(1, MaxRatio, RatioStep, ratio =>
    {
        var (width, height) = ((float)(Side * Math.Sqrt(ratio)), (float)(Side / Math.Sqrt(ratio)));
        return loss(new((Side - width) / 2, (Side - height) / 2, (Side + width) / 2, (Side + height) / 2), Target, out _);
    }));

    private static LineSeries ByDistance(string name, float target)
    {
        var distribution = new BoxDistribution(Bins - 1);
        return new(name, LossCurves.Points(LowBin + Step, HighBin - Step, Step, distance =>
        {
            float[] logits = [.. Enumerable.Range(0, distribution.Length).Select(i => (i % Bins) switch
            {
                LowBin => (float)Math.Log(HighBin - distance),
                HighBin => (float)Math.Log(distance - LowBin),
                _ => NoProbability,
            })];
            // The four sides have the same loss.
            return distribution.DistributionFocalLoss(logits, new(target, target, target, target), scale: 1, new float[distribution.Length]) / 4;
        }));
    }

    /// <summary>1 - IoU of boxes that differ in their horizontal position alone. Where they are disjoint, it is 1, and its gradient is 0.</summary>
    private static double Iou(Box predicted, Box target, out Box gradient)
    {
        double shift = predicted.X1 - target.X1, union = Side + shift;
        // Half of the derivative for each of the two edges.
        var derivative = shift < Side ? Side / (union * union) : 0;
        gradient = new((float)derivative, 0, (float)derivative, 0);
        return shift < Side ? 1 - (Side - shift) / union : 1;
    }
}
