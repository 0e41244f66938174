namespace RetinaSharp.Imaging;

/// <summary>A box to draw, with its label.</summary>
/// <param name="X1">Left edge in pixels.</param>
/// <param name="Y1">Top edge in pixels.</param>
/// <param name="X2">Right edge in pixels.</param>
/// <param name="Y2">Bottom edge in pixels.</param>
/// <param name="Text">
/// The label, usually class and score; empty for none. The font has Latin, Greek and Cyrillic characters; others are drawn as question
/// marks.
/// </param>
/// <param name="ColorIndex">Index into a fixed palette of 20 colors, at least 0, usually the class index; larger indices wrap around.</param>
/// <param name="IsDashed">Whether the lines of the box are dashed, to distinguish ground truth from detections by more than color.</param>
public readonly record struct BoxLabel(float X1, float Y1, float X2, float Y2, string Text, int ColorIndex, bool IsDashed = false);
