namespace RetinaSharp.Boxes;

/// <summary>A box as its offset from an anchor, the form in which the box head predicts; see <see cref="BoxCoder"/>.</summary>
/// <param name="Dx">Shift of the centre to the right, in anchor widths.</param>
/// <param name="Dy">Shift of the centre downwards, in anchor heights.</param>
/// <param name="Dw">Natural logarithm of the ratio of the widths.</param>
/// <param name="Dh">Natural logarithm of the ratio of the heights.</param>
public readonly record struct BoxDelta(float Dx, float Dy, float Dw, float Dh);
