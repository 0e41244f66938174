namespace RetinaSharp.Datasets;

/// <summary>How often a class occurs.</summary>
/// <param name="Category">The class.</param>
/// <param name="Boxes">Boxes of the class, crowds among them.</param>
/// <param name="Images">Images with at least one of them.</param>
public sealed record ClassCount(Category Category, int Boxes, int Images);
