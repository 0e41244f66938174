using RetinaSharp.Boxes;

namespace RetinaSharp.Inference;

/// <summary>A box in the input of a network, with its class and score.</summary>
/// <param name="Class">Class index: the index in the model's categories, from 0.</param>
/// <param name="Score">Score in (0, 1].</param>
/// <param name="Box">Bounding box in pixels of the scaled image.</param>
public readonly record struct ScoredBox(int Class, float Score, Box Box);
