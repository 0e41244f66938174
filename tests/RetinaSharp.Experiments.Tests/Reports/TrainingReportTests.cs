using RetinaSharp.Datasets;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class TrainingReportTests
{
    [Fact]
    public void Create_ValidatedRun_HasTheBestEpochAndItsCurves()
    {
        using var sample = new Sample();
        var report = TrainingReport.Create(sample.Run("run", 40));
        Assert.Equal(new("AP", "0.500", "best epoch, 30"), Block<KeyFigures>(report).Figures[0]);
        Assert.Equal(["Classification loss", "Box loss", "Average precision on the validation set", "Learning rate at the end of the epoch",
                "Share of positive anchors, of those not ignored", "Seconds by epoch, the longest phases"],
            Blocks<LineChart>(report).Select(chart => chart.Title));
        Assert.All(Blocks<LineChart>(report), chart => Assert.All(chart.Series, series => Assert.Equal(40, series.Points.Count)));
        var figures = Blocks<ReportTable>(report).First();
        Assert.Equal(["Figure", "Best, epoch 30", "Last, epoch 40", "Meaning"], figures.Columns);
        Assert.Equal([new("AP"), new("0.500", true), new("0.400")], figures.Rows[0].Take(3));
        Assert.Contains("scenes#train: 200 images, 2 classes", report.Lead);
    }

    [Fact]
    public void Create_RunWithoutValidation_HasLossesOnly()
    {
        using var sample = new Sample();
        var report = TrainingReport.Create(sample.Run("run", 5, isValidated: false));
        Assert.Equal(
            ["Classification loss", "Box loss", "Learning rate at the end of the epoch", "Share of positive anchors, of those not ignored", "Seconds by epoch, the longest phases"],
            Blocks<LineChart>(report).Select(chart => chart.Title));
        Assert.DoesNotContain(report.Sections, section => section.Title == "Validation");
    }

    [Fact]
    public void Create_MeasuredValidation_HasItsCurvesAndPictures()
    {
        using var sample = new Sample();
        var report = TrainingReport.Create(sample.Run("run", 5), ReviewedSet.Measure(sample));
        Assert.Equal(
            ["Outcome", "Learning", "Validation", "Detections beside the truth", "Worst false positives", "Worst false negatives", "Time", "Data and settings"],
            report.Sections.Select(section => section.Title));
        Assert.Equal(2, Blocks<LineChart>(report).Single(chart => chart.IsOfShares).Series.Count);
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
        Assert.Contains("not come to the end of an epoch", report.Lead);
    }

    [Fact]
    public void Create_LastLineCutOff_IsPassedOver()
    {
        using var sample = new Sample();
        var run = sample.Run("run", 3);
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), Sample.Line(4)[..50]);
        Assert.Equal(3, Blocks<LineChart>(TrainingReport.Create(run)).First().Series[0].Points.Count);
    }

    [Fact]
    public void Create_EpochDoneAgain_CountsOnce()
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
    public void Create_DamagedLine_NamesIt(string line)
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
        Assert.Equal(8, File.ReadAllText(path).Split("<img src=\"data:image/jpeg;base64,").Length - 1);
    }

    private static T Block<T>(Report report) => Blocks<T>(report).Single();

    private static IEnumerable<T> Blocks<T>(Report report) => report.Sections.SelectMany(section => section.Blocks).OfType<T>();
}
