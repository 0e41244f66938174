namespace RetinaSharp.Datasets.Writing;

/// <summary>A split that <see cref="DatasetPacker"/> has written.</summary>
/// <param name="Name">Name of the split; null if the dataset is not split.</param>
/// <param name="Data">The path of the dataset, followed by <c>#split</c> if it is split: what <see cref="DetectionDataset.Open"/> reads.</param>
/// <param name="Images">Number of images.</param>
/// <param name="Boxes">Number of boxes.</param>
/// <param name="Shards">Number of shards.</param>
/// <param name="Bytes">Length of all shards in bytes.</param>
public sealed record PackedSplit(string? Name, string Data, int Images, int Boxes, int Shards, long Bytes);
