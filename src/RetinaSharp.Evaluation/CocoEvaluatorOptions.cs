namespace RetinaSharp.Evaluation;

/// <summary>Options of <see cref="CocoEvaluator"/>; none changes a metric.</summary>
public sealed record CocoEvaluatorOptions
{
    /// <summary>Maximum number of threads; -1: one per CPU.</summary>
    public int Threads { get; init; } = -1;

    /// <summary>Cancels the evaluation.</summary>
    public CancellationToken CancellationToken { get; init; }
}
