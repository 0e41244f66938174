namespace RetinaSharp.Boxes;

/// <summary>Size of a pyramid level's feature map.</summary>
/// <param name="Height">Number of rows.</param>
/// <param name="Width">Number of columns.</param>
public readonly record struct GridSize(int Height, int Width);
