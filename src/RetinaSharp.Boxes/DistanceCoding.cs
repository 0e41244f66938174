namespace RetinaSharp.Boxes;

/// <summary>
/// Four outputs l, t, r, b, whose positive parts are the distances from the anchor's center to the left, top, right and bottom side of the box, in strides
/// (Tian et al., <a href="https://arxiv.org/abs/1904.01355">FCOS</a>, as in torchvision's <c>fcos_resnet50_fpn</c>). The size of the anchor has no effect.
/// </summary>
internal sealed class DistanceCoding : BoxCoding
{
    public override int Outputs => 4;

    public override Box Decode(Box anchor, float stride, ReadOnlySpan<float> outputs) =>
        new BoxDistances(MathF.Max(outputs[0], 0), MathF.Max(outputs[1], 0), MathF.Max(outputs[2], 0), MathF.Max(outputs[3], 0)).Decode(anchor, stride);

    public override void Backward(Box anchor, float stride, ReadOnlySpan<float> outputs, Box corners, Span<float> gradient)
    {
        gradient[0] = outputs[0] > 0 ? -stride * corners.X1 : 0;
        gradient[1] = outputs[1] > 0 ? -stride * corners.Y1 : 0;
        gradient[2] = outputs[2] > 0 ? stride * corners.X2 : 0;
        gradient[3] = outputs[3] > 0 ? stride * corners.Y2 : 0;
    }
}
