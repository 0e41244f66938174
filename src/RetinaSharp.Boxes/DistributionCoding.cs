namespace RetinaSharp.Boxes;

/// <summary>Distributions of the distances from the anchor's center to the edges of the box. The size of the anchor has no effect.</summary>
/// <param name="distribution">The distributions of a box.</param>
public sealed class DistributionCoding(BoxDistribution distribution) : BoxCoding
{
    /// <summary>The distributions of a box.</summary>
    public BoxDistribution Sides => distribution;

    /// <inheritdoc/>
    public override int Outputs => distribution.Length;

    /// <inheritdoc/>
    public override Box Decode(Box anchor, float stride, ReadOnlySpan<float> outputs) => distribution.Integrate(outputs).Decode(anchor, stride);

    /// <inheritdoc/>
    public override void Backward(Box anchor, float stride, ReadOnlySpan<float> outputs, Box corners, Span<float> gradient)
    {
        gradient.Clear();
        distribution.Backward(outputs, BoxDistances.Backward(corners, stride), gradient);
    }
}
