namespace RetinaSharp.Datasets;

/// <summary>
/// A problem in annotation data. Opening a dataset reports problems that were worked around; checking it reports errors too.
/// </summary>
/// <param name="File">The file or folder.</param>
/// <param name="Location">The location in the file: a line, an element or an id; empty for the whole file.</param>
/// <param name="Reason">What is wrong, and what was done about it.</param>
public sealed record DatasetProblem(string File, string Location, string Reason)
{
    /// <summary>Whether the problem is an error, with which the dataset cannot be opened, or a warning.</summary>
    public ProblemSeverity Severity { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Location.Length == 0 ? $"{File}: {Reason}" : $"{File}: {Location}: {Reason}";
}
