namespace RetinaSharp.Datasets.Writing;

/// <summary>A dataset that <see cref="DatasetWriter"/> has written.</summary>
/// <param name="Path">The folder or the annotation file.</param>
/// <param name="Format">The format.</param>
/// <param name="Splits">The splits, in the order in which they were given.</param>
/// <param name="Losses">One warning for each kind of information that the format cannot hold, with the number of images or boxes that had it.</param>
public sealed record WrittenDataset(string Path, DatasetFormat Format, IReadOnlyList<WrittenSplit> Splits, IReadOnlyList<DatasetProblem> Losses);
