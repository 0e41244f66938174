namespace RetinaSharp.Datasets;

/// <summary>A split of a dataset.</summary>
/// <param name="Name">Name of the split, such as <c>train</c>; null if the dataset is not split.</param>
/// <param name="Dataset">The images of the split.</param>
public sealed record DatasetSplit(string? Name, DetectionDataset Dataset);
