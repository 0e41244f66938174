using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>A written part of a generated data set, and what it holds.</summary>
/// <param name="File">Its annotation file.</param>
/// <param name="Set">Its images and objects.</param>
/// <param name="Hidden">Objects of which something lies over a part.</param>
/// <param name="Clutter">Things that look like objects but are none.</param>
public sealed record SceneSplit(string File, DetectionDataset Set, int Hidden, int Clutter)
{
    /// <summary>Objects, over all images.</summary>
    public int Objects => Set.Images.Sum(image => image.Annotations.Count);
}
