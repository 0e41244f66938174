using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A synthetic image with its objects.</summary>
/// <param name="Image">The image.</param>
/// <param name="Objects">The objects.</param>
/// <param name="Clutter">Number of distractors: shapes that look like objects but are none.</param>
public sealed record Scene(Image Image, IReadOnlyList<SceneObject> Objects, int Clutter);
