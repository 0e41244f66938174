namespace RetinaSharp.Annotations;

/// <summary>Something wrong in annotation data that could be mended, and how it was mended.</summary>
/// <param name="File">The file.</param>
/// <param name="Place">Where in it: a line, an element, an id.</param>
/// <param name="Reason">What is wrong and what was done about it.</param>
public sealed record DataProblem(string File, string Place, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Place.Length == 0 ? $"{File}: {Reason}" : $"{File}: {Place}: {Reason}";
}
