namespace RetinaSharp.Boxes;

/// <summary>The outputs of a regression head for one anchor: the box, and optionally its center-ness.</summary>
/// <param name="Coding">How the box is represented.</param>
/// <param name="HasCenterness">
/// Whether the last output is the logit of the center-ness, which is high where the anchor's center is near the center of its box (FCOS). The score of a class
/// is then the square root of its probability times the center-ness.
/// </param>
public sealed record BoxHeadOutputs(BoxCoding Coding, bool HasCenterness = false)
{
    /// <summary>RetinaNet's outputs: four deltas.</summary>
    public static BoxHeadOutputs Delta { get; } = new(BoxCoding.Delta);

    /// <summary>Number of outputs per anchor.</summary>
    public int Count => Coding.Outputs + (HasCenterness ? 1 : 0);

    /// <summary>Decodes the box of an anchor, in pixels.</summary>
    /// <param name="anchor">The anchor, in pixels.</param>
    /// <param name="stride">Stride of the anchor's pyramid level, in pixels.</param>
    /// <param name="outputs">The head's outputs for the anchor, [<see cref="Count"/>].</param>
    public Box Decode(Box anchor, float stride, ReadOnlySpan<float> outputs) => Coding.Decode(anchor, stride, outputs[..Coding.Outputs]);
}
