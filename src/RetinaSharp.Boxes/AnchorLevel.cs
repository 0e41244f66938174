namespace RetinaSharp.Boxes;

/// <summary>The anchors of one pyramid level within an <see cref="AnchorGrid"/>.</summary>
/// <param name="Level">The level: 3 for P3.</param>
/// <param name="Grid">Size of the level's feature map.</param>
/// <param name="StrideY">Vertical distance between neighboring cells, in pixels.</param>
/// <param name="StrideX">Horizontal distance between neighboring cells, in pixels.</param>
/// <param name="Offset">Index of the level's first anchor in <see cref="AnchorGrid.Boxes"/>.</param>
/// <param name="Count">Number of anchors of the level: rows × columns × anchors per cell.</param>
public sealed record AnchorLevel(int Level, GridSize Grid, int StrideY, int StrideX, int Offset, int Count);
