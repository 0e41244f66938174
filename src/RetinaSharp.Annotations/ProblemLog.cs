namespace RetinaSharp.Annotations;

/// <summary>Takes what is wrong with a set while it is read. Not safe for concurrent use: see <see cref="ParallelRead"/>.</summary>
/// <param name="collects">Whether errors are collected like warnings; otherwise the first one is thrown.</param>
internal sealed class ProblemLog(bool collects)
{
    private readonly List<DataProblem> _problems = [];

    public bool Collects => collects;

    public IReadOnlyList<DataProblem> Problems => _problems;

    public void Warn(string file, string place, string reason) => _problems.Add(new(file, place, reason));

    /// <summary>An error; where it returns, the caller leaves out what is wrong and goes on.</summary>
    public void Fail(string file, string place, string reason)
    {
        if (!collects)
            throw new DataException(file, place, reason);
        _problems.Add(new(file, place, reason) { Severity = DataSeverity.Error });
    }

    public void Append(ProblemLog other) => _problems.AddRange(other._problems);
}
