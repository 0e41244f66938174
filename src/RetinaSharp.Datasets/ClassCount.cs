namespace RetinaSharp.Datasets;

/// <summary>The number of boxes of a class, and of images with the class.</summary>
/// <param name="Category">The class.</param>
/// <param name="Boxes">Number of boxes of the class, including crowds.</param>
/// <param name="Images">Number of images with at least one box of the class.</param>
public sealed record ClassCount(Category Category, int Boxes, int Images);
