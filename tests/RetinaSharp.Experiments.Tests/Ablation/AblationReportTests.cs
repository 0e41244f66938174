using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Ablation;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Experiments.Runs;
using RetinaSharp.Experiments.Tests.Reports;

namespace RetinaSharp.Experiments.Tests.Ablation;

public sealed class AblationReportTests : IDisposable
{
    private readonly Sample _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public void Create_ManyRows_DrawsTheBestAndTheWorst()
    {
        var report = Create([.. Enumerable.Range(1, 8).Select(number => ($"row {number}", number / 10.0, 3))]);

        var curves = report.Sections.Single(section => section.Title == "Learning").Blocks.OfType<LineChart>().First();
        Assert.Equal(["row 8", "row 7", "row 6", "row 3", "row 2", "row 1"], curves.Series.Select(series => series.Name));
        var bars = Assert.IsType<BarChart>(report.Sections.Single(section => section.Title == "Our metrics and the paper's").Blocks[0]);
        Assert.Equal([.1, .2, .3, .4, .5, .6, .7, .8], bars.Series[0].Values.Select(value => Math.Round(value, 6)));
        Assert.Contains(report.Sections, section => section.Title == "Worst false negatives: row 8");
        Assert.Contains("best row is row 8 with an AP of 0.800", report.Lead);
    }

    [Fact]
    public void Create_EveryRunDiverged_HasTheTableAndNoCurves()
    {
        var table = Table(["far"]);
        var result = new AblationResult(table, [new(table.Rows[0], [Run("far", 0) with { Failure = "gradient non-finite at step 12" }])], Origin);

        var report = AblationReport.Create(_sample.At("."), result, ReviewedSet.Create(_sample));

        Assert.Contains(Assert.IsType<ReportTable>(report.Sections[0].Blocks[0]).Rows[0], cell => cell.Text == "gradient non-finite at step 12");
        Assert.DoesNotContain(report.Sections, section => section.Title == "Learning");
        // Escaping is for whoever writes a format.
        Assert.Contains("cats & dogs|all", Assert.IsType<Paragraph>(report.Sections[0].Blocks[1]).Text);
    }

    [BrowserFact]
    public async Task Report_OfATable_OpensWithoutErrors()
    {
        var path = _sample.At("table.html");
        HtmlReport.Write(Create([("OHEM 128, NMS .5, 1:3", .5, 40), ("hard negatives 1:3", .4, 20)]), path);
        await using var browser = await Browser.StartAsync();

        // Two rows each: AP, AP50, box loss, classification loss, and precision-recall of two classes; three false negatives and a false positive.
        await BrowserTests.Check(browser, path, curves: 12, pictures: 4);
    }

    private static AblationOrigin Origin => new("retina ablate", "a machine", "images of cats & dogs|all", "an epoch", new(2026, 11, 22));

    private static AblationTable Table(IEnumerable<string> labels) => new("some", "Some", "What is varied.", new("the paper", "COCO"), [.. labels.Select(label => new AblationRow(label, Presets.Tiny, new(.3)))]);

    /// <summary>The report of rows of given AP and number of epochs; each row has one detection less than the one before.</summary>
    private Report Create((string Label, double AP, int Epochs)[] rows)
    {
        var table = Table(rows.Select(row => row.Label));
        foreach (var (index, row) in rows.Index())
            DetectionResults.Write(Path.Combine(_sample.Run($"run {index}", row.Epochs), "detections.json"), ReviewedSet.Detections.Skip(index));
        return AblationReport.Create(_sample.At("."),
            new(table, [.. rows.Select((row, index) => new RowResult(table.Rows[index], [Run($"run {index}", row.AP)]))], Origin), ReviewedSet.Create(_sample, Sample.Hostile));
    }

    private static RunResult Run(string run, double ap) =>
        new() { Folder = run, Seed = 0, Metrics = new CocoSummary { AP = ap }, Steps = 100, Seconds = 60, Milliseconds = 5 };
}
