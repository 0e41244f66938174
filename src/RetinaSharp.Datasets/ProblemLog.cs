namespace RetinaSharp.Datasets;

/// <summary>Collects the problems that are found while a dataset is read. Not thread-safe: see <see cref="Files.ParallelRead"/>.</summary>
/// <param name="collectsErrors">Whether errors are collected like warnings. If false, the first error is thrown.</param>
internal sealed class ProblemLog(bool collectsErrors)
{
    private const string DegenerateRule = "training skips it, evaluation counts it as ground truth that no detection matches, as pycocotools does";

    private readonly List<DatasetProblem> _problems = [];
    private readonly Dictionary<string, (DatasetProblem First, int Count)> _repeated = [];

    public bool CollectsErrors => collectsErrors;

    public IReadOnlyList<DatasetProblem> Problems => _problems;

    public void AddWarning(string file, string location, string reason) => _problems.Add(new(file, location, reason));

    /// <summary>
    /// Adds an error if errors are collected; the caller then skips the invalid item and continues. Otherwise throws the error as a
    /// <see cref="DatasetException"/>.
    /// </summary>
    public void AddError(string file, string location, string reason)
    {
        if (!collectsErrors)
            throw new DatasetException(file, location, reason);
        _problems.Add(new(file, location, reason) { Severity = ProblemSeverity.Error });
    }

    /// <summary>
    /// Adds a warning that may occur in many files. If errors are collected, each is kept; otherwise <see cref="SummarizeRepeated"/> reports the first of
    /// each kind with their number.
    /// </summary>
    /// <param name="kind">What the warnings of this kind are about, in the plural.</param>
    /// <param name="file">The file or folder.</param>
    /// <param name="location">The location in the file.</param>
    /// <param name="reason">What is wrong, and how it was worked around.</param>
    public void AddRepeated(string kind, string file, string location, string reason)
    {
        if (collectsErrors)
            AddWarning(file, location, reason);
        else
            _repeated[kind] = _repeated.TryGetValue(kind, out var known) ? known with { Count = known.Count + 1 } : (new(file, location, reason), 1);
    }

    /// <summary>Adds a warning about a degenerate box that stays in the dataset.</summary>
    public void AddDegenerate(string file, string location, string reason) => AddRepeated("degenerate boxes", file, location, $"{reason}: {DegenerateRule}");

    /// <summary>Adds one warning for each kind of repeated warnings, with the location of the first one and their number.</summary>
    public void SummarizeRepeated()
    {
        foreach (var (kind, (first, count)) in _repeated)
            AddWarning(first.File, first.Location, count == 1 ? first.Reason : $"{first.Reason}; the first of {count} {kind}");
        _repeated.Clear();
    }

    public void Append(IEnumerable<DatasetProblem> problems) => _problems.AddRange(problems);

    public void Append(ProblemLog other)
    {
        _problems.AddRange(other._problems);
        foreach (var (kind, (first, count)) in other._repeated)
            _repeated[kind] = _repeated.TryGetValue(kind, out var known) ? known with { Count = known.Count + count } : (first, count);
    }
}
