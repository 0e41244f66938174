namespace RetinaSharp.Boxes;

/// <summary>Distances from the anchor's center to the edges of the box. The size of the anchor has no effect.</summary>
internal sealed class DistanceCoding : BoxCoding
{
    public override int Outputs => 4;

    public override Box Decode(Box anchor, float stride, ReadOnlySpan<float> outputs) =>
        new BoxDistances(MathF.Max(outputs[0], 0), MathF.Max(outputs[1], 0), MathF.Max(outputs[2], 0), MathF.Max(outputs[3], 0)).Decode(anchor, stride);

    public override void Backward(Box anchor, float stride, ReadOnlySpan<float> outputs, Box corners, Span<float> gradient)
    {
        (gradient[0], gradient[1], gradient[2], gradient[3]) = BoxDistances.Backward(corners, stride);
        for (var i = 0; i < gradient.Length; i++)
            if (!(outputs[i] > 0))
                gradient[i] = 0;
    }
}
