namespace RetinaSharp.Boxes;

/// <summary>How the outputs of a regression head represent the box of an anchor. Implementations are immutable.</summary>
public abstract class BoxCoding
{
    /// <summary>
    /// R-CNN's and RetinaNet's coding: four deltas, relative to the anchor's center and size; see <see cref="BoxCoder"/>.
    /// </summary>
    public static BoxCoding Delta { get; } = new DeltaCoding();

    /// <summary>
    /// FCOS's coding: four outputs, whose positive parts are the distances from the anchor's center to the left, top, right and bottom edge of the box, in
    /// strides (Tian et al., <a href="https://arxiv.org/abs/1904.01355">FCOS</a>, as in torchvision's <c>fcos_resnet50_fpn</c>).
    /// </summary>
    public static BoxCoding Distance { get; } = new DistanceCoding();

    /// <summary>Number of outputs per anchor.</summary>
    public abstract int Outputs { get; }

    /// <summary>Creates GFL's coding: a distribution of each of the four distances from the anchor's center; see <see cref="BoxDistribution"/>.</summary>
    /// <param name="maxDistance">The greatest distance, in strides, from 1 to 1023.</param>
    /// <exception cref="ArgumentOutOfRangeException">The distance is out of range.</exception>
    public static DistributionCoding Distribution(int maxDistance) => new(new(maxDistance));

    /// <summary>Decodes the box of an anchor.</summary>
    /// <param name="anchor">The anchor, in pixels.</param>
    /// <param name="stride">Stride of the anchor's pyramid level, in pixels.</param>
    /// <param name="outputs">The head's outputs for the anchor, [<see cref="Outputs"/>].</param>
    /// <returns>The box in pixels, with width and height 0 or more if the outputs are finite.</returns>
    public abstract Box Decode(Box anchor, float stride, ReadOnlySpan<float> outputs);

    /// <summary>
    /// Computes the gradient of a loss with respect to the outputs from its gradient with respect to the corners of the decoded box (the chain rule).
    /// </summary>
    /// <param name="anchor">The anchor, in pixels.</param>
    /// <param name="stride">Stride of the anchor's pyramid level, in pixels.</param>
    /// <param name="outputs">The head's outputs for the anchor, [<see cref="Outputs"/>].</param>
    /// <param name="corners">Derivatives of the loss with respect to X1, Y1, X2 and Y2 of the decoded box.</param>
    /// <param name="gradient">Receives the gradient with respect to the outputs, [<see cref="Outputs"/>].</param>
    public abstract void Backward(Box anchor, float stride, ReadOnlySpan<float> outputs, Box corners, Span<float> gradient);
}
