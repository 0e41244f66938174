namespace RetinaSharp.Boxes;

/// <summary>Size of a pyramid level's feature map.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct GridSize(int Height, int Width);
