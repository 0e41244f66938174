using RetinaSharp.Boxes;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>An object of a scene.</summary>
/// <param name="Category">Index of its class in <see cref="SceneRecipe.Categories"/>.</param>
/// <param name="Box">Tight box around the whole object, including occluded parts, in whole pixels.</param>
/// <param name="Area">Number of pixels of the whole object.</param>
/// <param name="Visible">Share of these pixels that is not occluded, in [0, 1].</param>
public sealed record SceneObject(int Category, BoxXywh Box, double Area, double Visible);
