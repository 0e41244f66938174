using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class PrecisionRecallTests
{
    [Fact]
    public void ByClass_Detector_HasACurveForEachClassUpToTheRecallItReaches()
    {
        var chart = PrecisionRecall.ByClass(Sample.Metrics(5, "ring"))!;
        Assert.Equal("Precision-recall curves at IoU .5", chart.Title);
        Assert.Equal(["disc (AP50 0.505)", "ring (AP50 0.505)"], chart.Series.Select(series => series.Name));
        // Five of ten boxes are detected, without false positives.
        Assert.Equal([.. Enumerable.Range(0, 51).Select(percent => (percent / 100.0, 1.0)), (.51, 0)], chart.Series[0].Points.Select(point => (point.X, Math.Round(point.Y, 9))));
    }

    [Fact]
    public void ByClass_NoBoxes_IsNoChart() => Assert.Null(PrecisionRecall.ByClass(Evaluation.CocoEvaluator.Evaluate(new() { Source = "", Categories = [new(1, "disc")], Images = [] }, [])));

    [Fact]
    public void ByRun_TwoDetectors_HasAChartForEachClassWithACurveForEach()
    {
        var charts = PrecisionRecall.ByRun([("one", Sample.Metrics(9, "ring")), ("two", Sample.Metrics(5, "ring"))]);
        Assert.Equal(["Precision-recall curve at IoU .5, disc", "Precision-recall curve at IoU .5, ring"], charts.Select(chart => chart.Title));
        Assert.All(charts, chart => Assert.Equal(["one (AP50 0.901)", "two (AP50 0.505)"], chart.Series.Select(series => series.Name)));
    }
}
