namespace RetinaSharp.Datasets.Writing;

/// <summary>A split that <see cref="DatasetWriter"/> has written.</summary>
/// <param name="Name">Name of the split; null if the dataset is not split.</param>
/// <param name="Data">The path of the dataset, followed by <c>#split</c> if it is split: what <see cref="DetectionDataset.Open"/> reads.</param>
/// <param name="Images">Number of images.</param>
/// <param name="Boxes">Number of boxes.</param>
public sealed record WrittenSplit(string? Name, string Data, int Images, int Boxes);
