namespace RetinaSharp.Experiments.Ablation;

/// <summary>What came out of a table, as far as it has come.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">A result for each of its rows, in its order.</param>
/// <param name="Origin">Where the figures are from.</param>
public sealed record AblationOutcome(AblationTable Table, IReadOnlyList<RowOutcome> Rows, AblationOrigin Origin)
{
    /// <summary>The rows to show: all that stand alone, and of each group the one of the highest mean AP.</summary>
    public IReadOnlyList<RowOutcome> Shown =>
    [
        .. Rows.GroupBy(row => row.Row.Group ?? row.Row.Label).Select(group => group.MaxBy(row => row.Mean(figures => figures.AP) ?? -1)!),
    ];

    /// <summary>The row of the highest mean AP; null before the first training.</summary>
    public RowOutcome? Best => Rows.Where(row => row.Trainings.Count > 0).MaxBy(row => row.Mean(figures => figures.AP) ?? -1);

    /// <summary>Seconds of all trainings together, of those too that another table had done.</summary>
    public double Seconds => Rows.Sum(row => row.Trainings.Sum(training => training.Seconds));
}
