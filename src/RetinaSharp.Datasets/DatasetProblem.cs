namespace RetinaSharp.Datasets;

/// <summary>
/// A problem in a dataset. <see cref="DetectionDataset.Problems"/> has the problems that were worked around;
/// <see cref="DetectionDataset.Check"/> returns errors too.
/// </summary>
/// <param name="File">The file or folder.</param>
/// <param name="Location">The location in the file: a line, an element or an id; empty for the whole file.</param>
/// <param name="Reason">What is wrong, and for a warning how it was worked around.</param>
public sealed record DatasetProblem(string File, string Location, string Reason)
{
    /// <summary>Whether the problem is an error, which prevents opening the dataset, or a warning.</summary>
    public ProblemSeverity Severity { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Location.Length == 0 ? $"{File}: {Reason}" : $"{File}: {Location}: {Reason}";
}
