namespace RetinaSharp.Evaluation;

/// <summary>Options of <see cref="CocoEvaluator"/>: threads and cancellation. They do not affect the metrics.</summary>
public sealed record CocoEvaluatorOptions
{
    /// <summary>Maximum number of threads; -1: one per CPU.</summary>
    public int Threads { get; init; } = -1;

    /// <summary>Cancels the evaluation.</summary>
    public CancellationToken CancellationToken { get; init; }
}
