namespace RetinaSharp.Boxes;

/// <summary>Smooth L1 loss on box deltas; L1 if β is 0.</summary>
internal sealed class SmoothL1BoxLoss(double beta) : BoxLoss
{
    protected override double EvaluateAnchor(BoxDelta predicted, Box anchor, Box target, double scale, out BoxDelta gradient)
    {
        var expected = BoxCoder.Encode(anchor, target);
        var loss = EvaluateComponent(predicted.Dx, expected.Dx, out var dx) + EvaluateComponent(predicted.Dy, expected.Dy, out var dy)
            + EvaluateComponent(predicted.Dw, expected.Dw, out var dw) + EvaluateComponent(predicted.Dh, expected.Dh, out var dh);
        gradient = new((float)(scale * dx), (float)(scale * dy), (float)(scale * dw), (float)(scale * dh));
        return loss;
    }

    private double EvaluateComponent(float predicted, float expected, out double derivative)
    {
        var difference = (double)predicted - expected;
        var distance = Math.Abs(difference);
        if (distance < beta)
        {
            derivative = difference / beta;
            return .5 * difference * difference / beta;
        }

        // Math.Sign would throw on NaN. The NaN is passed on, so that the trainer can report that training diverged.
        derivative = difference > 0 ? 1 : difference < 0 ? -1 : difference;
        return distance - .5 * beta;
    }
}
