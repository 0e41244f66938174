using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class ComparisonReportTests
{
    private static readonly RunSettings CrossEntropy = new() { Loss = new() { Classification = ClassificationLossKind.CrossEntropy, Alpha = null } };

    [Theory]
    [InlineData(9, 5, "By AP, focal is ahead of cross entropy by ")]
    [InlineData(5, 9, "By AP, cross entropy is ahead of focal by ")]
    [InlineData(7, 7, "have the same AP")]
    public void Create_TwoRuns_NamesTheBetterByAP(int focal, int crossEntropy, string ranking)
    {
        using var sample = new Sample();
        var report = Create(sample, focal, crossEntropy);
        Assert.Contains(ranking, Blocks<Paragraph>(report).First().Text);
        // Recall with one detection per image, as each image has one box of a class.
        var table = Blocks<ReportTable>(report).First();
        Assert.Equal([new("AR1"), new($"{focal / 10.0:0.000}", focal > crossEntropy), new($"{crossEntropy / 10.0:0.000}", crossEntropy > focal)], table.Rows[6].Take(3));
    }

    [Fact]
    public void Create_MetricsWithoutGroundTruth_DoNotCount()
    {
        using var sample = new Sample();
        // All boxes are of medium size: of the 12 metrics those of small and large objects are undefined.
        Assert.EndsWith("; it is best in 8 of 8 metrics.", Blocks<Paragraph>(Create(sample, 9, 5)).First().Text);
    }

    [Fact]
    public void Create_TwoRuns_ListsTheSettingsThatDiffer()
    {
        using var sample = new Sample();
        var table = Blocks<ReportTable>(Create(sample, 9, 5)).Single(table => table.Caption == "Settings that differ");
        Assert.Equal([["loss.classification", "Focal", "CrossEntropy"], ["loss.alpha", "0.25", "off"]], table.Rows.Select(row => row.Select(cell => cell.Text)));
    }

    [Fact]
    public void Create_TwoRuns_HasClassesAndPicturesSideBySide()
    {
        using var sample = new Sample();
        var report = Create(sample, 9, 5);
        var classes = Blocks<ReportTable>(report).Single(table => table.Caption == "AP and AP50 by class");
        Assert.Equal(["disc", Sample.Hostile], classes.Rows.Select(row => row[0].Text));
        Assert.All(classes.Rows, row => Assert.Equal([false, false, true, false, true, false], row.Select(cell => cell.IsBest)));
        var grid = Blocks<PictureGrid>(report).Single();
        Assert.Equal(2, grid.Columns);
        Assert.Equal(["focal: 2 of 4 detected, 0 false positives", "cross entropy: 0 of 4 detected, 0 false positives"], grid.Pictures.Take(2).Select(picture => picture.Caption));
    }

    [Fact]
    public void Create_WhatCannotBeCompared_Throws()
    {
        using var sample = new Sample();
        var one = new ComparedRun("one", sample.Run("one", 2), Sample.Metrics(5));
        Assert.Throws<ArgumentException>(() => ComparisonReport.Create("t", "l", [one]));
        Assert.Throws<ArgumentException>(() => ComparisonReport.Create("t", "l", [one, one with { Metrics = Sample.Metrics(5, "other class") }]));
    }

    internal static Report Create(Sample sample, int focal, int crossEntropy) => ComparisonReport.Create("Focal loss against cross entropy", "Both were trained on the same scenes.",
    [
        new("focal", sample.Run("focal", 40), Sample.Metrics(focal)),
        new("cross entropy", sample.Run("ce", 30, CrossEntropy), Sample.Metrics(crossEntropy)),
    ], new RunDifferences(ReviewedSet.Create(sample), [("focal", ReviewedSet.Detections), ("cross entropy", [])]));

    private static IEnumerable<T> Blocks<T>(Report report) => report.Sections.SelectMany(section => section.Blocks).OfType<T>();
}
