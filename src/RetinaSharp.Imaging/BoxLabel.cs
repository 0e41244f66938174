namespace RetinaSharp.Imaging;

/// <summary>A box to draw on an image, with a label.</summary>
/// <param name="X1">Left edge in pixels.</param>
/// <param name="Y1">Top edge in pixels.</param>
/// <param name="X2">Right edge in pixels.</param>
/// <param name="Y2">Bottom edge in pixels.</param>
/// <param name="Text">
/// The label; empty for none. The font has Latin, Greek and Cyrillic; other characters are drawn as question marks.
/// </param>
/// <param name="Color">Index into a fixed palette of 20 colors, 0 or more, modulo 20; usually the class index.</param>
public readonly record struct BoxLabel(float X1, float Y1, float X2, float Y2, string Text, int Color);
