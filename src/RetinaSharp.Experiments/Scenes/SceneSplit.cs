using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A split (train or val) of a generated dataset of synthetic scenes.</summary>
/// <param name="File">Path of the annotation file.</param>
/// <param name="Set">The annotated images.</param>
/// <param name="Hidden">Number of objects that are partly occluded, over all images.</param>
/// <param name="Clutter">Number of distractors over all images: shapes that look similar to objects but belong to no class.</param>
public sealed record SceneSplit(string File, DetectionDataset Set, int Hidden, int Clutter)
{
    /// <summary>Number of objects, over all images.</summary>
    public int Objects => Set.Images.Sum(image => image.Annotations.Count);
}
