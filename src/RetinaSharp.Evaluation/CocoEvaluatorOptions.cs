namespace RetinaSharp.Evaluation;

/// <summary>How the evaluation is run; nothing here changes a figure.</summary>
public sealed record CocoEvaluatorOptions
{
    /// <summary>How many threads to use at most; -1 is as many as there are processors.</summary>
    public int Threads { get; init; } = -1;

    /// <summary>Stops the evaluation, with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }
}
