using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class TrainingReportTests
{
    [Fact]
    public void Create_ValidatedRun_HasTheBestEpochAndItsCurves()
    {
        using var sample = new Sample();
        var report = TrainingReport.Create(sample.Run("run", 40));
        Assert.Equal(new("AP", "0.500", "best epoch, 30"), Block<KeyMetrics>(report).Metrics[0]);
        Assert.Equal(["Classification loss", "Box loss", "Average precision on the validation set", "Learning rate at the end of the epoch",
                "Share of positive anchors, ignored ones left out", "Seconds by epoch, the longest phases"],
            Blocks<LineChart>(report).Select(chart => chart.Title));
        Assert.All(Blocks<LineChart>(report), chart => Assert.All(chart.Series, series => Assert.Equal(40, series.Points.Count)));
        var metrics = Blocks<ReportTable>(report).First();
        Assert.Equal(["Metric", "Best, epoch 30", "Last, epoch 40", "Meaning"], metrics.Columns);
        Assert.Equal([new("AP"), new("0.500", true), new("0.400")], metrics.Rows[0].Take(3));
        Assert.Contains("scenes#train: 200 images, 2 classes", report.Lead);
    }

    [Fact]
    public void Create_RunWithoutValidation_HasLossesOnly()
    {
        using var sample = new Sample();
        var report = TrainingReport.Create(sample.Run("run", 5, isValidated: false));
        Assert.Equal(
            ["Classification loss", "Box loss", "Learning rate at the end of the epoch", "Share of positive anchors, ignored ones left out", "Seconds by epoch, the longest phases"],
            Blocks<LineChart>(report).Select(chart => chart.Title));
        Assert.DoesNotContain(report.Sections, section => section.Title == "Validation");
    }

    [Fact]
    public void Create_EvaluatedValidation_HasItsCurvesMatrixAndPictures()
    {
        using var sample = new Sample();
        var report = TrainingReport.Create(sample.Run("run", 5), ReviewedSet.Measure(sample));
        Assert.Equal(
            ["Outcome", "Learning", "Validation", "Score threshold", "Confusion matrix", "Detections and ground truth", "Worst false positives", "Worst false negatives", "Time", "Data and settings"],
            report.Sections.Select(section => section.Title));
        Assert.Equal([2, 3, 3], Blocks<LineChart>(report).Where(chart => chart.HasUnitAxes).Select(chart => chart.Series.Count));
        // At the threshold of the best F1, .85.
        Assert.Equal([[1, 0, 1], [0, 1, 2], [0, 1, 0]], Block<HeatMapTable>(report).Counts);
    }

    [Fact]
    public void Create_NoTruePositive_HasNoThresholdAndNoMatrix()
    {
        using var sample = new Sample();
        var groundTruth = ReviewedSet.Create(sample);
        var report = TrainingReport.Create(sample.Run("run", 5), new(groundTruth, new(CocoEvaluator.Evaluate(groundTruth, []), [], groundTruth.Images.Count, Seconds: 1)));
        Assert.Empty(Blocks<HeatMapTable>(report));
        Assert.DoesNotContain(report.Sections, section => section.Title == "Score threshold");
    }

    [Fact]
    public void Create_LinesOfAnEarlierVersion_HaveNoShareOfAnchors()
    {
        using var sample = new Sample();
        var run = sample.Run("run", 0);
        File.WriteAllText(Path.Combine(run, "metrics.jsonl"), "{\"epoch\":1,\"loss_box\":0.125}\n");
        Assert.DoesNotContain(Blocks<LineChart>(TrainingReport.Create(run)), chart => chart.YTitle is "share" or "seconds");
    }

    [Fact]
    public void Create_Phases_AreSummedOverTheEpochs()
    {
        using var sample = new Sample();
        var bars = Block<BarChart>(TrainingReport.Create(sample.Run("run", 10)));
        Assert.Equal(["backward", "forward", "optimizer", "data", "loss"], bars.Categories);
        Assert.Equal([50, 30, 9.5, 5, .5], bars.Series[0].Values.Select(seconds => Math.Round(seconds, 6)));
    }

    [Fact]
    public void Create_NoEpochYetAndNoModel_SaysSo()
    {
        using var sample = new Sample();
        var report = TrainingReport.Create(sample.Run("run", 0, hasModel: false));
        Assert.Contains("No epoch is finished yet", report.Lead);
    }

    [Fact]
    public void Create_LastLineCutOff_IsSkipped()
    {
        using var sample = new Sample();
        var run = sample.Run("run", 3);
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), Sample.Line(4)[..50]);
        Assert.Equal(3, Blocks<LineChart>(TrainingReport.Create(run)).First().Series[0].Points.Count);
    }

    [Fact]
    public void Create_RepeatedEpoch_CountsOnce()
    {
        using var sample = new Sample();
        var run = sample.Run("run", 3);
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), "{\"epoch\":3,\"loss_box\":0.125}\n");
        Assert.Equal((3, .125), Blocks<LineChart>(TrainingReport.Create(run)).Single(chart => chart.Title == "Box loss").Series[0].Points[^1]);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    [InlineData("{\"epoch\":4,\"phases\":{\"data\":\"long\"}}")]
    public void Create_CorruptLine_NamesIt(string line)
    {
        using var sample = new Sample();
        var run = sample.Run("run", 3);
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), line + "\n");
        var error = Assert.Throws<DatasetException>(() => TrainingReport.Create(run));
        Assert.Equal("line 4", error.Location);
        Assert.EndsWith("metrics.jsonl", error.File);
    }

    [Fact]
    public void Create_NoRunFolder_SaysSo()
    {
        using var sample = new Sample();
        Assert.Throws<DatasetException>(() => TrainingReport.Create(sample.At("nothing")));
    }

    [Fact]
    public void Write_Run_PutsTheReportIntoItsFolder()
    {
        using var sample = new Sample();
        var path = TrainingReport.Write(sample.Run("run", 2), ReviewedSet.Measure(sample));
        Assert.Equal(sample.At("run/report.html"), path);
        Assert.Equal(6, File.ReadAllText(path).Split("<img src=\"data:image/jpeg;base64,").Length - 1);
    }

    private static T Block<T>(Report report) => Blocks<T>(report).Single();

    private static IEnumerable<T> Blocks<T>(Report report) => report.Sections.SelectMany(section => section.Blocks).OfType<T>();
}
