namespace RetinaSharp.Datasets.Writing;

/// <summary>A dataset that <see cref="DatasetPacker"/> has written.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Splits">The splits, in the order in which they were given.</param>
/// <param name="Losses">One warning for each kind of information that shards cannot hold, with the number of images or boxes that had it.</param>
public sealed record PackedDataset(string Path, IReadOnlyList<PackedSplit> Splits, IReadOnlyList<DatasetProblem> Losses);
