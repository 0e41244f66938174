namespace RetinaSharp.Boxes;

/// <summary>Smooth L1 on box codes; plain L1 where β is 0.</summary>
internal sealed class SmoothL1BoxLoss(double beta) : BoxLoss
{
    protected override double EvaluateOne(BoxDelta predicted, Box anchor, Box target, double scale, out BoxDelta gradient)
    {
        var wanted = BoxCoder.Encode(anchor, target);
        var loss = One(predicted.Dx, wanted.Dx, out var dx) + One(predicted.Dy, wanted.Dy, out var dy)
            + One(predicted.Dw, wanted.Dw, out var dw) + One(predicted.Dh, wanted.Dh, out var dh);
        gradient = new((float)(scale * dx), (float)(scale * dy), (float)(scale * dw), (float)(scale * dh));
        return loss;
    }

    private double One(float predicted, float wanted, out double derivative)
    {
        var difference = (double)predicted - wanted;
        var distance = Math.Abs(difference);
        if (distance < beta)
        {
            derivative = difference / beta;
            return .5 * difference * difference / beta;
        }

        // Not Math.Sign, which throws on NaN: a model that has come to NaN is for the trainer to report.
        derivative = difference > 0 ? 1 : difference < 0 ? -1 : difference;
        return distance - .5 * beta;
    }
}
