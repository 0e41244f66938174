using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A table as text, the paper's figures beside ours: for the terminal, Markdown and the report alike.</summary>
public sealed class TableText
{
    private static readonly (string Name, Func<CocoFigures, double> Ours, Func<PaperFigures, double?> Paper)[] Figures =
    [
        ("AP", figures => figures.AP, paper => paper.AP),
        ("AP50", figures => figures.AP50, paper => paper.AP50),
        ("AP75", figures => figures.AP75, paper => paper.AP75),
    ];

    /// <summary>Makes the text of a table, as far as it has come.</summary>
    /// <param name="outcome">The table.</param>
    public TableText(AblationOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var columns = new List<(string Title, Func<RowOutcome, string?> Cell)> { ("row", row => row.Row.Label) };
        foreach (var (name, ours, _) in Figures)
            columns.Add((name, row => Measured(row, ours)));
        foreach (var (name, _, paper) in Figures)
            columns.Add(($"paper's {name}", row => row.Row.Paper is { } figures ? Figure(paper(figures)) : null));
        // Time is a result where the paper has it for one; measured on a busy machine it would only distract elsewhere.
        if (outcome.Rows.Any(row => row.Row.Paper?.Milliseconds is not null))
            columns.Add(("ms an image", row => row.Milliseconds?.ToString("0.0")));
        columns.Add(("paper's ms", row => row.Row.Paper?.Milliseconds?.ToString("0")));
        columns.Add(("training", row => row.Seconds is { } seconds ? Durations.Text(TimeSpan.FromSeconds(seconds)) : null));
        columns.Add(("note", row => row.Failures.Length > 0 ? row.Failures : null));
        // Columns with nothing in them say nothing.
        var filled = columns.Where(column => outcome.Shown.Any(row => column.Cell(row) is not null)).ToList();
        Columns = [.. filled.Select(column => column.Title)];
        Rows = [.. outcome.Shown.Select(row => (IReadOnlyList<string>)[.. filled.Select(column => column.Cell(row) ?? TableCell.None)])];
        Footer = FooterOf(outcome);
    }

    /// <summary>Titles of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>A text for each column of each row.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; }

    /// <summary>What the figures are, in a few sentences.</summary>
    public string Footer { get; }

    private static string FooterOf(AblationOutcome outcome)
    {
        var origin = outcome.Origin;
        var trainings = outcome.Rows.SelectMany(row => row.Trainings);
        var steps = trainings.Where(training => training.Failure is null).Select(training => training.Steps).Distinct().Order().ToList();
        return $"{origin.Data}. {origin.Training}{(steps.Count > 0 ? $", {string.Join(" or ", steps)} steps" : "")} for each row"
            + $"{(outcome.Rows.Any(row => row.Trainings.Count > 1) ? "; mean ± standard deviation" : "")}. The last weights are measured, not the best epoch's. "
            + $"{origin.Machine}; {Durations.Text(TimeSpan.FromSeconds(outcome.Seconds))} of training in all, to {origin.Date:yyyy-MM-dd}. "
            + $"The paper: {outcome.Table.PaperSetting}.";
    }

    private static string? Measured(RowOutcome row, Func<CocoFigures, double> figure) => row.Mean(figure) is not { } mean
        ? null
        : Figure(mean) + (row.Deviation(figure) is { } deviation ? $" ± {Figure(deviation)}" : "");

    // As in the paper: .340.
    private static string? Figure(double? value) => value?.ToString(".000");
}
