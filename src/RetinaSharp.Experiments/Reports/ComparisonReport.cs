using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Creates a report that compares training runs.</summary>
public static class ComparisonReport
{
    /// <summary>Creates a report that compares metrics, training curves, times and settings of training runs.</summary>
    /// <param name="title">Title of the report.</param>
    /// <param name="lead">A sentence or two on what is compared, and on which data.</param>
    /// <param name="runs">Two to four training runs, evaluated on the same images.</param>
    /// <param name="differences">Drawings of the images on which the detections of the runs differ; null: the report has no drawings.</param>
    /// <exception cref="ArgumentException">There are not two to four runs, or their classes differ.</exception>
    /// <exception cref="DatasetException">The settings or metrics of a run are missing or corrupt.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public static Report Create(string title, string lead, IReadOnlyList<ComparedRun> runs, RunDifferences? differences = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count is < 2 or > 4)
            throw new ArgumentException($"{runs.Count} runs: two to four can be compared", nameof(runs));
        var records = runs.Select(run => new RunRecord(run.RunFolder)).ToList();
        var sections = new List<ReportSection> { Outcome(runs, records), new("Classes", [PerClass(runs), .. PrecisionRecall.ByRun([.. runs.Select(run => (run.Name, run.Metrics))])]), Learning(runs, records) };
        if (differences is not null)
            sections.Add(differences.Section());
        sections.Add(Time(runs, records));
        sections.Add(Settings(runs, records));
        return new(title, lead, sections);
    }

    private static ReportSection Outcome(IReadOnlyList<ComparedRun> runs, List<RunRecord> records) => new("Outcome",
    [
        new KeyMetrics([.. runs.Zip(records, (run, record) => new KeyMetric($"AP, {run.Name}", ReportText.Metric(run.Metrics.AP),
            $"AP50 {ReportText.Metric(run.Metrics.AP50)}; trained in {ReportText.Duration(record.Duration)}"))]),
        new Paragraph(Ranking(runs)),
        ReportText.MetricsTable("COCO metrics, the best of each marked", Names(runs), [.. runs.Select(run => run.Metrics)]),
    ]);

    private static string Ranking(IReadOnlyList<ComparedRun> runs)
    {
        var ranked = runs.OrderByDescending(run => run.Metrics.AP).ToList();
        var margin = ranked[0].Metrics.AP - ranked[1].Metrics.AP;
        if (margin < .0005)
            return $"{ranked[0].Name} and {ranked[1].Name} have the same AP to three digits.";
        // Metrics of an object size without ground truth are negative. They are left out: no run is best in them.
        var values = runs.Select(run => run.Metrics.ByName()).ToList();
        var best = ranked[0].Metrics.ByName();
        var defined = Enumerable.Range(0, best.Count).Where(metric => best[metric].Value >= 0).ToList();
        var won = defined.Count(metric => values.Count(one => one[metric].Value >= best[metric].Value) == 1);
        return $"By AP, {ranked[0].Name} is ahead of {ranked[1].Name} by {margin:0.000}; it is best in {won} of {defined.Count} metrics.";
    }

    private static ReportTable PerClass(IReadOnlyList<ComparedRun> runs)
    {
        var classes = runs[0].Metrics.PerClass;
        if (runs.Any(run => !run.Metrics.PerClass.Select(one => one.Category).SequenceEqual(classes.Select(one => one.Category))))
            throw new ArgumentException("the runs were not evaluated on the same classes", nameof(runs));
        return new("AP and AP50 by class", ["Class", "Ground truth", .. runs.Select(run => $"AP, {run.Name}"), .. runs.Select(run => $"AP50, {run.Name}")],
        [
            .. classes.Select((one, index) => (IReadOnlyList<TableCell>)
            [
                one.Category.Name, $"{one.GroundTruthCount}",
                .. TableCell.Compare([.. runs.Select(run => (double?)run.Metrics.PerClass[index].AP)]),
                .. TableCell.Compare([.. runs.Select(run => (double?)run.Metrics.PerClass[index].AP50)]),
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
            blocks.Add(new Paragraph("The classification losses are different functions: compare how they fall, not their values."));
        return new("Learning", blocks);

        LineChart Curves(string title, string yTitle, string metric) =>
            new(title, "epoch", yTitle, [.. runs.Zip(records, (run, record) => record.Curve(run.Name, metric))], IsYLogarithmic: yTitle == "loss");
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
