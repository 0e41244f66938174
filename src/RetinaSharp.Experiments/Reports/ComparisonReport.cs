using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Trainings side by side, whichever wins.</summary>
public static class ComparisonReport
{
    /// <summary>The report of a comparison.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="lead">What is compared, and on what.</param>
    /// <param name="runs">The trainings, two to four, all measured on the same images.</param>
    /// <exception cref="ArgumentException">There are not two to four trainings, or their classes or numbers of pictures differ.</exception>
    /// <exception cref="DatasetException">The settings or metrics of a run are not there, or damaged.</exception>
    public static Report Create(string title, string lead, IReadOnlyList<ComparedRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count is < 2 or > 4)
            throw new ArgumentException($"{runs.Count} trainings: two to four can be compared", nameof(runs));
        var records = runs.Select(run => new RunRecord(run.RunFolder)).ToList();
        var sections = new List<ReportSection> { Outcome(runs, records), new("Classes", [PerClass(runs), .. PrecisionRecall.ByRun([.. runs.Select(run => (run.Name, run.Metrics))])]), Learning(runs, records) };
        if (Pictures(runs) is { } pictures)
            sections.Add(new("Detections on the same images", [pictures]));
        sections.Add(Time(runs, records));
        sections.Add(Settings(runs, records));
        return new(title, lead, sections);
    }

    private static ReportSection Outcome(IReadOnlyList<ComparedRun> runs, List<RunRecord> records) => new("Outcome",
    [
        new KeyFigures([.. runs.Zip(records, (run, record) => new KeyFigure($"AP, {run.Name}", ReportText.Figure(run.Metrics.AP),
            $"AP50 {ReportText.Figure(run.Metrics.AP50)}; trained in {ReportText.Duration(record.Duration)}"))]),
        new Paragraph(Verdict(runs)),
        ReportText.Figures("COCO figures, the best of each marked", Names(runs), [.. runs.Select(run => run.Metrics)]),
    ]);

    private static string Verdict(IReadOnlyList<ComparedRun> runs)
    {
        var ranked = runs.OrderByDescending(run => run.Metrics.AP).ToList();
        var margin = ranked[0].Metrics.AP - ranked[1].Metrics.AP;
        var figures = runs.Select(run => run.Metrics.ByName()).ToList();
        var best = ranked[0].Metrics.ByName();
        var won = Enumerable.Range(0, best.Count).Count(figure => figures.Count(one => one[figure].Value >= best[figure].Value) == 1);
        return margin < .0005
            ? $"{ranked[0].Name} and {ranked[1].Name} have the same AP to three digits."
            : $"By AP, {ranked[0].Name} is ahead of {ranked[1].Name} by {margin:0.000}; it is best in {won} of the 12 figures.";
    }

    private static ReportTable PerClass(IReadOnlyList<ComparedRun> runs)
    {
        var classes = runs[0].Metrics.PerClass;
        if (runs.Any(run => !run.Metrics.PerClass.Select(one => one.Category).SequenceEqual(classes.Select(one => one.Category))))
            throw new ArgumentException("the trainings were not measured on the same classes", nameof(runs));
        return new("AP and AP50 by class", ["Class", "Boxes", .. runs.Select(run => $"AP, {run.Name}"), .. runs.Select(run => $"AP50, {run.Name}")],
        [
            .. classes.Select((one, place) => (IReadOnlyList<TableCell>)
            [
                one.Category.Name, $"{one.Truths}",
                .. TableCell.Compare([.. runs.Select(run => (double?)run.Metrics.PerClass[place].AP)]),
                .. TableCell.Compare([.. runs.Select(run => (double?)run.Metrics.PerClass[place].AP50)]),
            ]),
        ]);
    }

    private static ReportSection Learning(IReadOnlyList<ComparedRun> runs, List<RunRecord> records)
    {
        var blocks = new List<ReportBlock>();
        if (records.Any(record => record.Best is not null))
            blocks.AddRange([Curves("AP on the validation set", "AP", "AP"), Curves("AP50 on the validation set", "AP50", "AP50")]);
        blocks.AddRange([Curves("Box loss in training", "loss", "loss_box"), Curves("Classification loss in training", "loss", "loss_classification")]);
        if (records.Select(record => record.Settings.Loss with { Box = default, Beta = 0, BoxWeight = 0 }).Distinct().Count() > 1)
            blocks.Add(new Paragraph("The classification losses are different functions: compare their shapes, not their heights."));
        return new("Learning", blocks);

        LineChart Curves(string title, string yTitle, string metric) =>
            new(title, "epoch", yTitle, [.. runs.Zip(records, (run, record) => record.Curve(run.Name, metric))], IsYLogarithmic: yTitle == "loss");
    }

    /// <summary>Row by row the same image, a column for each training; null where there are no pictures.</summary>
    private static PictureGrid? Pictures(IReadOnlyList<ComparedRun> runs)
    {
        var columns = runs.Select(run => run.Detections ?? []).ToList();
        if (columns.Any(column => column.Count != columns[0].Count))
            throw new ArgumentException("the trainings have not the same number of pictures", nameof(runs));
        return columns[0].Count == 0 ? null : new([.. Enumerable.Range(0, columns[0].Count).SelectMany(row => columns.Select(column => column[row]))], runs.Count);
    }

    private static ReportSection Time(IReadOnlyList<ComparedRun> runs, List<RunRecord> records)
    {
        var seconds = records.Select(record => record.Phases().ToDictionary(phase => phase.Name, phase => phase.Seconds)).ToList();
        var phases = records.SelectMany(record => record.Phases().Select(phase => phase.Name)).Distinct().ToList();
        return new("Time", [new BarChart("Seconds by phase, all epochs together", phases,
            [.. runs.Zip(seconds, (run, one) => new BarSeries(run.Name, [.. phases.Select(phase => one.GetValueOrDefault(phase))]))], "0.0")]);
    }

    private static ReportSection Settings(IReadOnlyList<ComparedRun> runs, List<RunRecord> records)
    {
        var settings = records.Select(record => record.AllSettings().ToDictionary(setting => setting.Name, setting => setting.Value)).ToList();
        var names = settings.SelectMany(one => one.Keys).Distinct().ToList();
        return new("Settings",
        [
            Table("Settings that differ", names.Where(name => settings.Select(one => one.GetValueOrDefault(name)).Distinct().Count() > 1), isFolded: false),
            Table("All settings", names, isFolded: true),
        ]);

        ReportTable Table(string caption, IEnumerable<string> chosen, bool isFolded) => new(caption, ["Setting", .. Names(runs)],
            [.. chosen.Select(name => (IReadOnlyList<TableCell>)[name, .. settings.Select(one => (TableCell)one.GetValueOrDefault(name, TableCell.None))])], isFolded);
    }

    private static IReadOnlyList<string> Names(IReadOnlyList<ComparedRun> runs) => [.. runs.Select(run => run.Name)];
}
