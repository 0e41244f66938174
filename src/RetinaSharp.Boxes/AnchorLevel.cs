namespace RetinaSharp.Boxes;

/// <summary>The anchors of one pyramid level within an <see cref="AnchorGrid"/>.</summary>
/// <param name="Level">The level: 3 for P3.</param>
/// <param name="Grid">Size of its feature map.</param>
/// <param name="StrideY">Pixels from a row to the next.</param>
/// <param name="StrideX">Pixels from a column to the next.</param>
/// <param name="Offset">Index of its first anchor.</param>
/// <param name="Count">Number of its anchors: rows × columns × anchors in a cell.</param>
public sealed record AnchorLevel(int Level, GridSize Grid, int StrideY, int StrideX, int Offset, int Count);
