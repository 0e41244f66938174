using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A synthetic image with its annotated objects.</summary>
/// <param name="Image">The image.</param>
/// <param name="Objects">The objects in the image.</param>
/// <param name="Clutter">Number of distractors: shapes that look similar to objects but belong to no class.</param>
public sealed record Scene(Image Image, IReadOnlyList<SceneObject> Objects, int Clutter);
