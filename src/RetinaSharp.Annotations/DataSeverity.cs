namespace RetinaSharp.Annotations;

/// <summary>How bad a <see cref="DataProblem"/> is.</summary>
public enum DataSeverity
{
    /// <summary>The data were mended or are suspicious; the set can be used.</summary>
    Warning,

    /// <summary>The set cannot be used as it is; opening it throws <see cref="DataException"/>.</summary>
    Error,
}
