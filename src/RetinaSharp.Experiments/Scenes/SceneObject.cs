using RetinaSharp.Boxes;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>An annotated object of a synthetic scene.</summary>
/// <param name="Category">Index of the object's class in <see cref="SceneRecipe.Categories"/>.</param>
/// <param name="Box">Tight box around the whole object, including occluded pixels, in whole pixels.</param>
/// <param name="Area">Number of pixels of the object, including occluded ones.</param>
/// <param name="Visible">Share of the object's pixels that are not occluded, in [0, 1].</param>
public sealed record SceneObject(int Category, BoxXywh Box, double Area, double Visible);
