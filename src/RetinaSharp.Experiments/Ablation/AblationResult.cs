namespace RetinaSharp.Experiments.Ablation;

/// <summary>The results of a table, complete or so far.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">The result of each row, in order.</param>
/// <param name="Origin">Provenance.</param>
public sealed record AblationResult(AblationTable Table, IReadOnlyList<RowResult> Rows, AblationOrigin Origin)
{
    /// <summary>The rows to show: those without a group, and of each group the one of the highest mean AP.</summary>
    public IReadOnlyList<RowResult> Shown =>
    [
        .. Rows.GroupBy(row => row.Row.Group ?? row.Row.Label).Select(group => group.MaxBy(row => row.Mean(metrics => metrics.AP) ?? -1)!),
    ];

    /// <summary>The row of the highest mean AP; null before the first run.</summary>
    public RowResult? Best => Rows.Where(row => row.Runs.Count > 0).MaxBy(row => row.Mean(metrics => metrics.AP) ?? -1);

    /// <summary>Training time of all runs in seconds, including those reused from another table.</summary>
    public double Seconds => Rows.Sum(row => row.Runs.Sum(run => run.Seconds));
}
