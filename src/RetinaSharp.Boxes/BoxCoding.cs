namespace RetinaSharp.Boxes;

/// <summary>How the outputs of a regression head represent the box of an anchor. Implementations are immutable.</summary>
public abstract class BoxCoding
{
    /// <summary>
    /// R-CNN's and RetinaNet's coding: four deltas, relative to the anchor's center and size; see <see cref="BoxCoder"/>.
    /// </summary>
    public static BoxCoding Delta { get; } = new DeltaCoding();

    /// <summary>FCOS's coding: the distances from the anchor's center to the four sides of the box; see <see cref="DistanceCoding"/>.</summary>
    public static BoxCoding Distance { get; } = new DistanceCoding();

    /// <summary>Number of outputs per anchor.</summary>
    public abstract int Outputs { get; }

    /// <summary>Creates GFL's coding: a distribution of each of the four distances; see <see cref="DistributionCoding"/>.</summary>
    /// <param name="bins">Greatest distance, in strides, 1 or more. A distribution has one probability for each of the distances 0 to <paramref name="bins"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public static DistributionCoding Distribution(int bins) => new(bins);

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
