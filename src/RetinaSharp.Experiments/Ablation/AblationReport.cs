using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>
/// Creates the report of an ablation table: the measured metrics next to published ones, training curves, and the false positives and false negatives of the
/// best row.
/// </summary>
internal static class AblationReport
{
    private const int MaxUnbrokenLength = 8;

    /// <summary>Creates the report.</summary>
    /// <param name="folder">The output folder, which contains the run folders.</param>
    /// <param name="result">The results of the table; every row has at least one run.</param>
    /// <param name="validation">The validation set.</param>
    /// <exception cref="DatasetException">A file in a run folder is missing or corrupt.</exception>
    /// <exception cref="Imaging.ImageException">An image cannot be read.</exception>
    public static Report Create(string folder, AblationResult result, DetectionDataset validation)
    {
        var table = result.Table;
        var sections = new List<ReportSection> { Table(result), new(result.Table.Source is { } source ? $"Our metrics and {source.Name}'s" : "Our metrics", Bars(result)) };
        var charted = ChartedRows(result);
        if (charted.Count > 0)
        {
            sections.Add(Learning(folder, result, charted));
            sections.AddRange(Detections(folder, charted, validation));
        }

        return new(table.Title, $"{table.Description} {Best(result)}", sections);
    }

    private static string Best(AblationResult result)
    {
        var best = result.Best!;
        var published = result.Shown.Where(row => row.Row.Published is not null).MaxBy(row => row.Row.Published!.AP);
        var ours = $"Here the best row is {best.Row.Label} with an AP of {best.Mean(metrics => metrics.AP):0.000}";
        return result.Table.Source is not { } source || published is null ? $"{ours}." : $"{ours}; {source.Name}'s is {published.Row.Label} with {published.Row.Published!.AP:0.000} on its data.";
    }

    private static ReportSection Table(AblationResult result)
    {
        var text = new TableText(result);
        var table = new ReportTable(result.Table.Title, text.Columns, [.. text.Rows.Zip(result.Shown, (cells, row) => (IReadOnlyList<TableCell>)
        [
            Label(row), new(cells[1], IsBest: row == result.Best), .. cells.Skip(2).Select(cell => new TableCell(cell)),
        ])]);
        return new("Table", [table, new Paragraph(text.Footer)]);
    }

    // Short parts such as "γ 2" get a non-breaking space: a symbol and its value stay on one line on narrow screens.
    private static string Label(RowResult row) =>
        string.Join(", ", row.Row.Label.Split(", ").Select(part => part.Length <= MaxUnbrokenLength ? part.Replace(' ', '\u00A0') : part));

    private static IReadOnlyList<ReportBlock> Bars(AblationResult result)
    {
        var rows = result.Shown;
        var ours = new BarSeries("ours", [.. rows.Select(row => row.Mean(metrics => metrics.AP) ?? -1)]);
        var source = result.Table.Source;
        var series = source is not null && rows.Any(row => row.Row.Published is not null)
            ? [ours, new BarSeries($"{source.Name}, on COCO", [.. rows.Select(row => row.Row.Published?.AP ?? -1)])]
            : new[] { ours };
        var blocks = new List<ReportBlock> { new BarChart("AP by row", [.. rows.Select(Label)], series) };
        if (source is not null && rows.Any(row => row.Row.Published?.Milliseconds is not null))
        {
            blocks.Add(new LineChart("AP against inference time", "milliseconds per image", "AP",
            [
                new("ours", [.. rows.Where(row => row.Milliseconds is not null).Select(row => (row.Milliseconds!.Value, row.Mean(metrics => metrics.AP) ?? double.NaN))]),
                new($"{source.Name}, on a GPU and COCO", [.. rows.Where(row => row.Row.Published is { Milliseconds: not null }).Select(row => (row.Row.Published!.Milliseconds!.Value, row.Row.Published.AP))]),
            ]));
        }

        return blocks;
    }

    /// <summary>
    /// Returns the rows whose first run did not diverge, by descending AP. If there are more than a chart can show, returns the three best and the three worst.
    /// </summary>
    private static List<RowResult> ChartedRows(AblationResult result)
    {
        var ranked = result.Shown.Where(row => row.Runs is [{ Failure: null }, ..]).OrderByDescending(row => row.Mean(metrics => metrics.AP)).ToList();
        return ranked.Count <= LineChart.MaxSeries ? ranked : [.. ranked.Take(LineChart.MaxSeries / 2), .. ranked.TakeLast(LineChart.MaxSeries / 2)];
    }

    private static ReportSection Learning(string folder, AblationResult result, List<RowResult> charted)
    {
        var runs = charted.Select(row => (Name: row.Row.Label, Record: new RunRecord(Path.Combine(folder, row.Runs[0].Folder)))).ToList();
        var which = charted.Count < result.Shown.Count ? $"The {LineChart.MaxSeries / 2} best and the {LineChart.MaxSeries / 2} worst rows" : "All rows";
        return new("Learning",
        [
            new Paragraph($"{which}, first seed only. Rows may use different loss functions: compare the shapes of the curves, not their values."),
            Chart("AP on the validation images", "AP", "AP"),
            Chart("AP50 on the validation images", "AP50", "AP50"),
            Chart("Box loss in training", "loss", "loss_box"),
            Chart("Classification loss in training", "loss", "loss_classification", isLogarithmic: true),
        ]);

        LineChart Chart(string title, string unit, string metric, bool isLogarithmic = false) =>
            new(title, "epoch", unit, [.. runs.Select(run => run.Record.Curve(run.Name, metric))], IsYLogarithmic: isLogarithmic);
    }

    /// <summary>Creates sections with precision-recall curves of the charted rows, and false positives and false negatives of the best row.</summary>
    private static IEnumerable<ReportSection> Detections(string folder, List<RowResult> charted, DetectionDataset validation)
    {
        var runs = charted.Select(row => (row.Row.Label, Detections: DetectionResults.Read(Path.Combine(folder, row.Runs[0].Folder, RunTrainer.DetectionsFile)))).ToList();
        yield return new("Precision and recall", [.. PrecisionRecall.ByRun([.. runs.Select(run => (run.Label, CocoEvaluator.Evaluate(validation, run.Detections)))])]);
        var threshold = F1Curves.Compute(validation, runs[0].Detections).Overall.Best?.Threshold ?? DetectionReview.DefaultThreshold;
        var review = new DetectionReview(validation, runs[0].Detections, threshold);
        foreach (var section in new[] { review.FalseNegatives(), review.FalsePositives() })
            yield return section with { Title = $"{section.Title}: {runs[0].Label}" };
    }
}
