namespace RetinaSharp.Imaging;

/// <summary>An entry of the legend of a <see cref="ContactSheet"/>: what boxes of a color are.</summary>
/// <param name="Text">The explanation, such as the name of a class.</param>
/// <param name="ColorIndex">The color, as of <see cref="BoxLabel"/>.</param>
/// <param name="IsDashed">Whether the boxes are dashed.</param>
public readonly record struct SheetLegend(string Text, int ColorIndex, bool IsDashed = false);
