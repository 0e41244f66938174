namespace RetinaSharp.Datasets;

/// <summary>Something wrong in annotation data: mended, in a set that was opened; also fatal, in the list of a check.</summary>
/// <param name="File">The file.</param>
/// <param name="Place">Where in it: a line, an element, an id.</param>
/// <param name="Reason">What is wrong and what was done about it.</param>
public sealed record DatasetProblem(string File, string Place, string Reason)
{
    /// <summary>Whether the set can be used all the same.</summary>
    public ProblemSeverity Severity { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Place.Length == 0 ? $"{File}: {Reason}" : $"{File}: {Place}: {Reason}";
}
