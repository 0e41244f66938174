using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Inference;

/// <summary>A detection: an object that a model found in an image.</summary>
/// <param name="Class">Class index: the index in the model's categories, from 0.</param>
/// <param name="Category">The category with this class index.</param>
/// <param name="Score">Score in (0, 1].</param>
/// <param name="Box">Bounding box in pixels of the original image.</param>
public sealed record DetectedObject(int Class, Category Category, float Score, Box Box);
