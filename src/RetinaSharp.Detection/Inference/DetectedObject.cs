using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Inference;

/// <summary>Something that was found in an image.</summary>
/// <param name="Class">Its class: place of the category in the model's list, from 0.</param>
/// <param name="Category">The category itself.</param>
/// <param name="Score">Probability, in (0, 1).</param>
/// <param name="Box">Where it is, in pixels of the original image.</param>
public sealed record DetectedObject(int Class, Category Category, float Score, Box Box);
