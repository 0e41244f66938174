namespace RetinaSharp.Datasets;

/// <summary>Severity of a <see cref="DatasetProblem"/>.</summary>
public enum ProblemSeverity
{
    /// <summary>The problem was worked around, or the data is suspicious; the dataset can be used.</summary>
    Warning,

    /// <summary>The dataset cannot be used as it is; opening it throws <see cref="DatasetException"/>.</summary>
    Error,
}
