namespace RetinaSharp.Datasets;

/// <summary>Takes what is wrong with a set while it is read. Not safe for concurrent use: see <see cref="ParallelRead"/>.</summary>
/// <param name="collects">Whether errors are collected like warnings; otherwise the first one is thrown.</param>
internal sealed class ProblemLog(bool collects)
{
    private readonly List<DatasetProblem> _problems = [];
    private DatasetProblem? _degenerate;
    private int _degenerateCount;

    public bool Collects => collects;

    public IReadOnlyList<DatasetProblem> Problems => _problems;

    public void Warn(string file, string place, string reason) => _problems.Add(new(file, place, reason));

    /// <summary>An error; where it returns, the caller leaves out what is wrong and goes on.</summary>
    public void Fail(string file, string place, string reason)
    {
        if (!collects)
            throw new DatasetException(file, place, reason);
        _problems.Add(new(file, place, reason) { Severity = ProblemSeverity.Error });
    }

    /// <summary>Counts a degenerate box that stays in the set; <see cref="SummarizeDegenerate"/> warns of all of them at once.</summary>
    public void AddDegenerate(string file, string place, string reason)
    {
        _degenerate ??= new(file, place, reason);
        _degenerateCount++;
    }

    /// <summary>Warns once of the degenerate boxes, with the first one's place and their number.</summary>
    public void SummarizeDegenerate()
    {
        if (_degenerate is not { } first)
            return;
        var rule = "training skips it, evaluation counts it as a ground-truth box that nothing matches, as pycocotools does";
        var number = _degenerateCount == 1 ? "" : $"; the first of {_degenerateCount} degenerate boxes";
        Warn(first.File, first.Place, $"{first.Reason}: {rule}{number}");
        (_degenerate, _degenerateCount) = (null, 0);
    }

    public void Append(ProblemLog other) => _problems.AddRange(other._problems);
}
