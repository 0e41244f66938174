using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class F1SectionTests
{
    [Fact]
    public void Create_Detections_HasChartsByThresholdAndTheBestOfEachClass()
    {
        using var sample = new Sample();
        var section = F1Section.Create(F1Curves.Compute(ReviewedSet.Create(sample), ReviewedSet.Detections))!;

        Assert.Contains("a score of 0.850 or more: F1 0.533", Assert.IsType<Paragraph>(section.Blocks[0]).Text);
        var chart = Assert.IsType<LineChart>(section.Blocks[1]);
        Assert.Equal(["all classes, mean", "disc", "ring"], chart.Series.Select(series => series.Name));
        Assert.All(chart.Series, series => Assert.Equal(101, series.Points.Count));
        Assert.Equal((.85, .4), chart.Series[2].Points.Single(point => point.X == .85));
        Assert.Equal((.86, 0), chart.Series[2].Points.Single(point => point.X == .86));
        Assert.Equal(
            [
                ["all classes, mean", "5", "0.533", "0.850", "0.750", "0.417", "0.533"], ["disc", "2", "0.667", "0.950", "1.000", "0.500", "0.667"],
                ["ring", "3", "0.400", "0.850", "0.500", "0.333", "0.400"],
            ],
            Assert.IsType<ReportTable>(section.Blocks[3]).Rows.Select(row => row.Select(cell => cell.Text)));
    }

    [Fact]
    public void Create_NoTruePositive_IsNone()
    {
        using var sample = new Sample();
        Assert.Null(F1Section.Create(F1Curves.Compute(ReviewedSet.Create(sample), [ReviewedSet.Detections[4]])));
    }
}
