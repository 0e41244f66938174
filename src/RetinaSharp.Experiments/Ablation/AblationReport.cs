using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>The report of a table: our figures beside the paper's, how the rows learnt, and where the best of them is wrong.</summary>
internal static class AblationReport
{
    private const int LongestWhole = 8;

    /// <param name="folder">The folder of the tables, with the run folders.</param>
    /// <param name="outcome">The table; every row has a training.</param>
    /// <param name="validation">The images that it was measured on.</param>
    /// <exception cref="DatasetException">A run folder is damaged.</exception>
    /// <exception cref="Imaging.ImageException">An image cannot be read.</exception>
    public static Report Create(string folder, AblationOutcome outcome, DetectionDataset validation)
    {
        var table = outcome.Table;
        var sections = new List<ReportSection> { Table(outcome), new("Ours and the paper's", Bars(outcome)) };
        var drawn = Drawn(outcome);
        if (drawn.Count > 0)
        {
            sections.Add(Learning(folder, outcome, drawn));
            sections.AddRange(Detections(folder, drawn, validation));
        }

        return new(table.Title, $"{table.Description} {Verdict(outcome)}", sections);
    }

    private static string Verdict(AblationOutcome outcome)
    {
        var best = outcome.Best!;
        var paper = outcome.Shown.Where(row => row.Row.Paper is not null).MaxBy(row => row.Row.Paper!.AP);
        var ours = $"Here the best row is {best.Row.Label} with an AP of {best.Mean(figures => figures.AP):0.000}";
        return paper is null ? $"{ours}." : $"{ours}; the paper's is {paper.Row.Label} with {paper.Row.Paper!.AP:0.000} on its data.";
    }

    private static ReportSection Table(AblationOutcome outcome)
    {
        var text = new TableText(outcome);
        var table = new ReportTable(outcome.Table.Title, text.Columns, [.. text.Rows.Zip(outcome.Shown, (cells, row) => (IReadOnlyList<TableCell>)
        [
            Label(row), new(cells[1], IsBest: row == outcome.Best), .. cells.Skip(2).Select(cell => new TableCell(cell)),
        ])]);
        return new("Table", [table, new Paragraph(text.Footer)]);
    }

    // A symbol and its number stay on one line, however narrow the screen; words may be parted.
    private static string Label(RowOutcome row) =>
        string.Join(", ", row.Row.Label.Split(", ").Select(part => part.Length <= LongestWhole ? part.Replace(' ', '\u00A0') : part));

    private static IReadOnlyList<ReportBlock> Bars(AblationOutcome outcome)
    {
        var rows = outcome.Shown;
        var ours = new BarSeries("ours", [.. rows.Select(row => row.Mean(figures => figures.AP) ?? -1)]);
        var series = rows.Any(row => row.Row.Paper is not null)
            ? [ours, new BarSeries("the paper's, on COCO", [.. rows.Select(row => row.Row.Paper?.AP ?? -1)])]
            : new[] { ours };
        var blocks = new List<ReportBlock> { new BarChart("AP by row", [.. rows.Select(Label)], series) };
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

    /// <summary>Rows with weights, by falling AP; of more than can be told apart the best and the worst.</summary>
    private static List<RowOutcome> Drawn(AblationOutcome outcome)
    {
        var ranked = outcome.Shown.Where(row => row.Trainings is [{ Failure: null }, ..]).OrderByDescending(row => row.Mean(figures => figures.AP)).ToList();
        return ranked.Count <= LineChart.MaxSeries ? ranked : [.. ranked.Take(LineChart.MaxSeries / 2), .. ranked.TakeLast(LineChart.MaxSeries / 2)];
    }

    private static ReportSection Learning(string folder, AblationOutcome outcome, List<RowOutcome> drawn)
    {
        var runs = drawn.Select(row => (Name: row.Row.Label, Record: new RunRecord(Path.Combine(folder, row.Trainings[0].Run)))).ToList();
        var which = drawn.Count < outcome.Shown.Count ? $"The {LineChart.MaxSeries / 2} best and the {LineChart.MaxSeries / 2} worst rows" : "All rows";
        return new("Learning",
        [
            new Paragraph($"{which}, by their first seed. Losses are of different kinds: they can be compared in how they fall, not in height."),
            Chart("AP on the validation images", "AP", "AP"),
            Chart("AP50 on the validation images", "AP50", "AP50"),
            Chart("Box loss in training", "loss", "loss_box"),
            Chart("Classification loss in training", "loss", "loss_classification", isLogarithmic: true),
        ]);

        LineChart Chart(string title, string unit, string metric, bool isLogarithmic = false) =>
            new(title, "epoch", unit, [.. runs.Select(run => run.Record.Curve(run.Name, metric))], IsYLogarithmic: isLogarithmic);
    }

    /// <summary>Precision and recall of the rows that are drawn, and what the best of them misses and takes for an object.</summary>
    private static IEnumerable<ReportSection> Detections(string folder, List<RowOutcome> drawn, DetectionDataset validation)
    {
        var found = drawn.Select(row => (row.Row.Label, Detections: DetectionResults.Read(Path.Combine(folder, row.Trainings[0].Run, RowTrainer.DetectionsFile)))).ToList();
        yield return new("Precision and recall", [.. PrecisionRecall.ByRun([.. found.Select(run => (run.Label, CocoEvaluator.Evaluate(validation, run.Detections)))])]);
        var review = new DetectionReview(validation, found[0].Detections);
        foreach (var section in new[] { review.FalseNegatives(), review.FalsePositives() })
            yield return section with { Title = $"{section.Title}: {found[0].Label}" };
    }
}
