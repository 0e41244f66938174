using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>
/// The cells of an ablation table as text, with published metrics next to the measured ones; for the terminal, Markdown and the report.
/// </summary>
public sealed class TableText
{
    private static readonly (string Name, Func<CocoSummary, double> Ours, Func<PublishedMetrics, double?> Published)[] MetricColumns =
    [
        ("AP", metrics => metrics.AP, published => published.AP),
        ("AP50", metrics => metrics.AP50, published => published.AP50),
        ("AP75", metrics => metrics.AP75, published => published.AP75),
    ];

    /// <summary>Creates the text of a table, whose results may be incomplete.</summary>
    /// <param name="result">The results of the table.</param>
    public TableText(AblationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var columns = new List<(string Title, Func<RowResult, string?> Cell)> { ("row", row => row.Row.Label) };
        foreach (var (name, ours, _) in MetricColumns)
            columns.Add((name, row => Measured(row, ours)));
        columns.Add(("AP, 95 % interval", row => row.Interval(metrics => metrics.AP) is var (low, high) ? $"{Text(low)} to {Text(high)}" : null));
        var source = result.Table.Source?.ColumnName;
        if (source is not null)
        {
            foreach (var (name, _, published) in MetricColumns)
                columns.Add(($"{source}'s {name}", row => row.Row.Published is { } metrics ? Text(published(metrics)) : null));
        }

        // Inference time is shown only in a table for which it is published.
        if (result.Rows.Any(row => row.Row.Published?.Milliseconds is not null))
            columns.Add(("ms per image", row => row.Milliseconds?.ToString("0.0")));
        columns.Add(($"{source}'s ms", row => row.Row.Published?.Milliseconds?.ToString("0")));
        columns.Add(("training", row => row.Seconds is { } seconds ? Durations.Text(TimeSpan.FromSeconds(seconds)) : null));
        columns.Add(("note", row => row.Failures.Length > 0 ? row.Failures : null));
        // Empty columns are left out.
        var filled = columns.Where(column => result.Shown.Any(row => column.Cell(row) is not null)).ToList();
        Columns = [.. filled.Select(column => column.Title)];
        Rows = [.. result.Shown.Select(row => (IReadOnlyList<string>)[.. filled.Select(column => column.Cell(row) ?? TableCell.None)])];
        Footer = CreateFooter(result);
    }

    /// <summary>Titles of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The cells, indexed by row and column.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; }

    /// <summary>A few sentences on the provenance of the metrics: data, settings, machine and training time.</summary>
    public string Footer { get; }

    private static string CreateFooter(AblationResult result)
    {
        var origin = result.Origin;
        var runs = result.Rows.SelectMany(row => row.Runs);
        var steps = runs.Where(run => run.Failure is null).Select(run => run.Steps).Distinct().Order().ToList();
        return $"{origin.Data}. {origin.Training}{(steps.Count > 0 ? $", {string.Join(" or ", steps)} steps" : "")} for each row"
            + $"{(result.Rows.Any(row => row.Runs.Count > 1) ? "; mean ± standard deviation" : "")}. The last weights are evaluated, not the best epoch's. "
            + $"On {origin.Machine}; {Durations.Text(TimeSpan.FromSeconds(result.Seconds))} of training in all, to {origin.Date:yyyy-MM-dd}."
            + (result.Table.Source is { } source ? $" {source.CapitalizedName}: {source.Setting}." : "");
    }

    private static string? Measured(RowResult row, Func<CocoSummary, double> metric) => row.Mean(metric) is not { } mean
        ? null
        : Text(mean) + (row.Deviation(metric) is { } deviation ? $" ± {Text(deviation)}" : "");

    // As in the paper: .340.
    private static string? Text(double? value) => value?.ToString(".000");
}
