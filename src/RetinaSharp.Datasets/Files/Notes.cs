namespace RetinaSharp.Datasets.Files;

/// <summary>Counts things that are read in another way than written, so that one warning reports all of a kind.</summary>
internal sealed class Notes
{
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>Counts one.</summary>
    /// <param name="kind">What is counted, in plural, and what is done with it; a warning that begins with the number.</param>
    public void Add(string kind) => _counts[kind] = _counts.GetValueOrDefault(kind) + 1;

    /// <summary>Adds the counts of another object.</summary>
    public void Add(Notes other)
    {
        foreach (var (kind, count) in other._counts)
            _counts[kind] = _counts.GetValueOrDefault(kind) + count;
    }

    /// <summary>Adds one warning for each kind.</summary>
    public void Report(string file, ProblemLog log)
    {
        foreach (var (kind, count) in _counts)
            log.AddWarning(file, "", $"{count} {kind}");
    }
}
