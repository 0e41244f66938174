namespace RetinaSharp.Datasets;

/// <summary>How bad a <see cref="DatasetProblem"/> is.</summary>
public enum ProblemSeverity
{
    /// <summary>The data were mended or are suspicious; the set can be used.</summary>
    Warning,

    /// <summary>The set cannot be used as it is; opening it throws <see cref="DatasetException"/>.</summary>
    Error,
}
