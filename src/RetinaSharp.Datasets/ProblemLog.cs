using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets;

/// <summary>Collects the problems that are found while a dataset is read. Not thread-safe: see <see cref="ParallelRead"/>.</summary>
/// <param name="collectsErrors">Whether errors are collected like warnings. If false, the first error is thrown.</param>
internal sealed class ProblemLog(bool collectsErrors)
{
    private readonly List<DatasetProblem> _problems = [];
    private DatasetProblem? _degenerate;
    private int _degenerateCount;

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
    /// Counts a degenerate box that stays in the dataset. <see cref="SummarizeDegenerate"/> reports all such boxes in one warning.
    /// </summary>
    public void AddDegenerate(string file, string location, string reason)
    {
        _degenerate ??= new(file, location, reason);
        _degenerateCount++;
    }

    /// <summary>Adds one warning about all degenerate boxes, with the location of the first one and their number.</summary>
    public void SummarizeDegenerate()
    {
        if (_degenerate is not { } first)
            return;
        var rule = "training skips it, evaluation counts it as ground truth that no detection matches, as pycocotools does";
        var number = _degenerateCount == 1 ? "" : $"; the first of {_degenerateCount} degenerate boxes";
        AddWarning(first.File, first.Location, $"{first.Reason}: {rule}{number}");
        (_degenerate, _degenerateCount) = (null, 0);
    }

    public void Append(ProblemLog other) => _problems.AddRange(other._problems);
}
