using System.Runtime.InteropServices;

namespace RetinaSharp.Boxes;

/// <summary>Four deltas, relative to the anchor's center and size.</summary>
internal sealed class DeltaCoding : BoxCoding
{
    public override int Outputs => 4;

    public override Box Decode(Box anchor, float stride, ReadOnlySpan<float> outputs) => BoxCoder.Decode(anchor, MemoryMarshal.Cast<float, BoxDelta>(outputs)[0]);

    public override void Backward(Box anchor, float stride, ReadOnlySpan<float> outputs, Box corners, Span<float> gradient)
    {
        gradient[0] = anchor.Width * (corners.X1 + corners.X2);
        gradient[1] = anchor.Height * (corners.Y1 + corners.Y2);
        gradient[2] = SizeDerivative(outputs[2], anchor.Width, corners.X2 - corners.X1);
        gradient[3] = SizeDerivative(outputs[3], anchor.Height, corners.Y2 - corners.Y1);
    }

    // Decoding clamps the logarithms of large sizes; their derivative is 0.
    private static float SizeDerivative(float logScale, float anchorSize, float difference) =>
        logScale > BoxCoder.MaxLogScale ? 0 : .5f * MathF.Exp(logScale) * anchorSize * difference;
}
