namespace RetinaSharp.Imaging;

/// <summary>A box to draw, with its label.</summary>
/// <param name="X1">Left edge in pixels.</param>
/// <param name="Y1">Upper edge in pixels.</param>
/// <param name="X2">Right edge in pixels.</param>
/// <param name="Y2">Lower edge in pixels.</param>
/// <param name="Text">The label; empty for none. The font has Latin, Greek and Cyrillic; characters that it lacks become question marks.</param>
/// <param name="Color">Which color of the fixed palette, at least 0, usually the class index; after 20 they begin anew.</param>
public readonly record struct BoxLabel(float X1, float Y1, float X2, float Y2, string Text, int Color);
