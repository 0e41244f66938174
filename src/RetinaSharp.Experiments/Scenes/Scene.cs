using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A generated picture and what is in it.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Objects">Its objects.</param>
/// <param name="Clutter">How many things look like objects but are none.</param>
public sealed record Scene(Image Image, IReadOnlyList<SceneObject> Objects, int Clutter);
