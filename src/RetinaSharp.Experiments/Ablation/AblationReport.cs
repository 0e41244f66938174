using RetinaSharp.Annotations;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>The report of a table: our figures beside the paper's, and how the rows learnt.</summary>
internal static class AblationReport
{
    // So many curves can be told apart; of more rows the best and the worst are drawn.
    private const int MostCurves = 6;

    /// <param name="folder">The folder of the tables, with the run folders.</param>
    /// <param name="outcome">The table; every row has a training.</param>
    /// <exception cref="DataException">A run folder is damaged.</exception>
    public static Report Create(string folder, AblationOutcome outcome)
    {
        var table = outcome.Table;
        return new(table.Title, $"{table.Description} {Verdict(outcome)}",
        [
            new("Table", [Table(outcome), new Paragraph(TableMarkdown.Footer(outcome))]),
            new("Ours and the paper's", Bars(outcome)),
            new("Learning", Curves(folder, outcome)),
        ]);
    }

    private static string Verdict(AblationOutcome outcome)
    {
        var best = outcome.Best!;
        var paper = outcome.Shown.Where(row => row.Row.Paper is not null).MaxBy(row => row.Row.Paper!.AP);
        var ours = $"Here the best row is {best.Row.Label} with an AP of {best.Mean(figures => figures.AP):0.000}";
        return paper is null ? $"{ours}." : $"{ours}; the paper's is {paper.Row.Label} with {paper.Row.Paper!.AP:0.000} on its data.";
    }

    private static ReportTable Table(AblationOutcome outcome)
    {
        var text = new TableText(outcome);
        return new(outcome.Table.Title, text.Columns, [.. text.Rows.Select(row => (IReadOnlyList<TableCell>)[.. row.Select(cell => new TableCell(cell))])]);
    }

    private static IReadOnlyList<ReportBlock> Bars(AblationOutcome outcome)
    {
        var rows = outcome.Shown;
        var ours = new BarSeries("ours", [.. rows.Select(row => row.Mean(figures => figures.AP) ?? -1)]);
        var series = rows.Any(row => row.Row.Paper is not null)
            ? [ours, new BarSeries("the paper's, on COCO", [.. rows.Select(row => row.Row.Paper?.AP ?? -1)])]
            : new[] { ours };
        var blocks = new List<ReportBlock> { new BarChart("AP by row", [.. rows.Select(row => row.Row.Label)], series) };
        if (rows.Any(row => row.Row.Paper?.Milliseconds is not null))
        {
            blocks.Add(new LineChart("AP against time of detection", "milliseconds an image", "AP",
            [
                new("ours", [.. rows.Where(row => row.Milliseconds is not null).Select(row => (row.Milliseconds!.Value, row.Mean(figures => figures.AP) ?? double.NaN))]),
                new("the paper's, on a GPU and COCO", [.. rows.Where(row => row.Row.Paper is { Milliseconds: not null }).Select(row => (row.Row.Paper!.Milliseconds!.Value, row.Row.Paper.AP))]),
            ]));
        }

        return blocks;
    }

    /// <summary>How the first seed of each row learnt; one that diverged has no curve.</summary>
    private static IReadOnlyList<ReportBlock> Curves(string folder, AblationOutcome outcome)
    {
        var ranked = outcome.Shown.Where(row => row.Trainings is [{ Failure: null }, ..]).OrderByDescending(row => row.Mean(figures => figures.AP)).ToList();
        var drawn = ranked.Count <= MostCurves ? ranked : [.. ranked.Take(MostCurves / 2), .. ranked.TakeLast(MostCurves / 2)];
        if (drawn.Count == 0)
            return [new Paragraph("No row has learnt anything.")];
        var runs = drawn.Select(row => (Name: row.Row.Label, Record: new RunRecord(Path.Combine(folder, row.Trainings[0].Run)))).ToList();
        var seed = outcome.Rows[0].Trainings[0].Seed;
        var which = drawn.Count < ranked.Count ? $"the {MostCurves / 2} best and the {MostCurves / 2} worst rows" : "all rows";
        return
        [
            new Paragraph($"Seed {seed} of {which}. Losses are of different kinds and cannot be compared in height, only in how they fall."),
            Chart("AP on the validation images", "AP", "AP"),
            Chart("AP50 on the validation images", "AP50", "AP50"),
            Chart("Box loss in training", "loss", "loss_box"),
            Chart("Classification loss in training", "loss", "loss_classification", isLogarithmic: true),
        ];

        LineChart Chart(string title, string unit, string metric, bool isLogarithmic = false) =>
            new(title, "epoch", unit, [.. runs.Select(run => run.Record.Curve(run.Name, metric))], IsYLogarithmic: isLogarithmic);
    }
}
