namespace RetinaSharp.Boxes;

/// <summary>A box as an offset from an anchor, which is what the box head predicts; see <see cref="BoxCoder"/> for the formulas.</summary>
/// <param name="Dx">Offset of the center to the right, in anchor widths.</param>
/// <param name="Dy">Offset of the center downwards, in anchor heights.</param>
/// <param name="Dw">Natural logarithm of box width / anchor width.</param>
/// <param name="Dh">Natural logarithm of box height / anchor height.</param>
public readonly record struct BoxDelta(float Dx, float Dy, float Dw, float Dh);
