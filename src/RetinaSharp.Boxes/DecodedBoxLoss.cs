namespace RetinaSharp.Boxes;

/// <summary>
/// A loss of decoded boxes. The gradient is with respect to the predicted deltas; for a dw or dh that decoding clamps, it is 0.
/// </summary>
/// <param name="loss">The loss.</param>
internal sealed class DecodedBoxLoss(CornerLoss loss) : BoxLoss
{
    public override bool SupportsBoxes => true;

    public override double EvaluateBox(Box predicted, Box target, out Box gradient)
    {
        var value = loss(predicted.X1, predicted.Y1, predicted.X2, predicted.Y2, target, out var corners);
        gradient = corners.ToBox();
        return value;
    }

    protected override double EvaluateAnchor(BoxDelta predicted, Box anchor, Box target, double scale, out BoxDelta gradient)
    {
        if (!(anchor.Width > 0 && anchor.Height > 0))
            throw new ArgumentException($"{anchor} has no positive width and height, so no delta can be decoded relative to it", nameof(anchor));
        if (!(target.Width > 0 && target.Height > 0))
            throw new ArgumentException($"{target} has no positive width and height: leave such boxes out", nameof(target));

        // Decodes in double precision instead of with BoxCoder: the fp32 corners of a box far away from the image would be too coarse for its size.
        var (width, height) = ((double)anchor.X2 - anchor.X1, (double)anchor.Y2 - anchor.Y1);
        var x = predicted.Dx * width + anchor.X1 + .5 * width;
        var y = predicted.Dy * height + anchor.Y1 + .5 * height;
        var halfWidth = .5 * Math.Exp(Math.Min(predicted.Dw, BoxCoder.MaxLogScale)) * width;
        var halfHeight = .5 * Math.Exp(Math.Min(predicted.Dh, BoxCoder.MaxLogScale)) * height;
        var value = loss(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, target, out var corners);

        gradient = new(
            (float)(scale * width * (corners.X1 + corners.X2)),
            (float)(scale * height * (corners.Y1 + corners.Y2)),
            predicted.Dw > BoxCoder.MaxLogScale ? 0 : (float)(scale * halfWidth * (corners.X2 - corners.X1)),
            predicted.Dh > BoxCoder.MaxLogScale ? 0 : (float)(scale * halfHeight * (corners.Y2 - corners.Y1)));
        return value;
    }
}
