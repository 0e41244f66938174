namespace RetinaSharp.Datasets.Writing;

/// <summary>A split that is written.</summary>
/// <param name="Name">Name of the split; null if the dataset is not split.</param>
/// <param name="Dataset">The dataset; all splits have the same classes.</param>
/// <param name="Images">The images of the dataset with their names in the target.</param>
internal sealed record TargetSplit(string? Name, DetectionDataset Dataset, IReadOnlyList<TargetImage> Images);
