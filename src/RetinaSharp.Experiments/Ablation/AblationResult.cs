namespace RetinaSharp.Experiments.Ablation;

/// <summary>The results of an ablation table, complete or of the runs that are finished so far.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">The result of each row, in the table's order.</param>
/// <param name="Origin">Provenance of the results.</param>
public sealed record AblationResult(AblationTable Table, IReadOnlyList<RowResult> Rows, AblationOrigin Origin)
{
    /// <summary>The rows to show: all rows without a group, and of each group the row with the highest mean AP.</summary>
    public IReadOnlyList<RowResult> Shown =>
    [
        .. Rows.GroupBy(row => row.Row.Group ?? row.Row.Label).Select(group => group.MaxBy(row => row.Mean(metrics => metrics.AP) ?? -1)!),
    ];

    /// <summary>The row with the highest AP, averaged over its runs; null if no run is finished.</summary>
    public RowResult? Best => Rows.Where(row => row.Runs.Count > 0).MaxBy(row => row.Mean(metrics => metrics.AP) ?? -1);

    /// <summary>Training time in seconds of all runs. Runs that were reused from another table count; a run that several rows share counts once.</summary>
    public double Seconds => Rows.SelectMany(row => row.Runs).DistinctBy(run => run.Folder).Sum(run => run.Seconds);
}
