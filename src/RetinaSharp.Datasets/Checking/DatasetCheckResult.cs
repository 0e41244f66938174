namespace RetinaSharp.Datasets.Checking;

/// <summary>The result of checking a dataset.</summary>
/// <param name="Datasets">The splits that could be read, without the items that have errors.</param>
/// <param name="Problems">All problems, errors first, otherwise in the order in which they were found.</param>
public sealed record DatasetCheckResult(IReadOnlyList<DetectionDataset> Datasets, IReadOnlyList<DatasetProblem> Problems)
{
    /// <summary>Number of problems that prevent training or evaluation.</summary>
    public int Errors => Problems.Count(problem => problem.Severity == ProblemSeverity.Error);

    /// <summary>Number of other problems.</summary>
    public int Warnings => Problems.Count - Errors;
}
