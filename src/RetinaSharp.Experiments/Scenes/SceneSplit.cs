using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A split of a written dataset of synthetic scenes.</summary>
/// <param name="File">Path of the annotation file.</param>
/// <param name="Set">The annotated images.</param>
/// <param name="Hidden">Number of occluded objects.</param>
/// <param name="Clutter">Number of distractors: shapes that look like objects but are none.</param>
public sealed record SceneSplit(string File, DetectionDataset Set, int Hidden, int Clutter)
{
    /// <summary>Number of objects.</summary>
    public int Objects => Set.Images.Sum(image => image.Annotations.Count);
}
