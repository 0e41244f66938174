using RetinaSharp.Boxes;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>An object of a scene.</summary>
/// <param name="Category">Place of its class in <see cref="SceneRecipe.Categories"/>.</param>
/// <param name="Box">Tight around all of the object, hidden parts too, in whole pixels.</param>
/// <param name="Area">Pixels of all of the object.</param>
/// <param name="Visible">Share of them that is not hidden.</param>
public sealed record SceneObject(int Category, BoxXywh Box, double Area, double Visible);
