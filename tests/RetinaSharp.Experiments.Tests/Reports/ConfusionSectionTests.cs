using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class ConfusionSectionTests
{
    [Fact]
    public void Create_Detections_HasTheMatrixAndTheConfusedClasses()
    {
        using var sample = new Sample();
        var section = ConfusionSection.Create(ConfusionMatrix.Compute(ReviewedSet.Create(sample), ReviewedSet.Detections, .3));

        var matrix = Assert.IsType<HeatMapTable>(section.Blocks[1]);
        Assert.Equal(["disc", "ring", "background"], matrix.Labels);
        Assert.Equal([[1, 0, 1], [1, 1, 1], [1, 1, 0]], matrix.Counts);
        Assert.Equal(["ring", "disc", "1", "0.333"], Assert.IsType<ReportTable>(section.Blocks[2]).Rows.Single().Select(cell => cell.Text));
    }

    [Fact]
    public void Create_NoConfusion_SaysSo()
    {
        using var sample = new Sample();
        var section = ConfusionSection.Create(ConfusionMatrix.Compute(ReviewedSet.Create(sample), ReviewedSet.Detections, .85));
        Assert.Equal("No two classes are confused.", Assert.IsType<Paragraph>(section.Blocks[2]).Text);
    }

    [Fact]
    public void Create_HundredsOfClasses_HasThePairsOnly()
    {
        using var sample = new Sample();
        var groundTruth = ReviewedSet.Create(sample);
        var large = new Datasets.DetectionDataset
        {
            Source = groundTruth.Source,
            Categories = [.. groundTruth.Categories, .. Enumerable.Range(100, 200).Select(id => new Datasets.Category(id, $"class {id}"))],
            Images = groundTruth.Images,
        };
        var section = ConfusionSection.Create(ConfusionMatrix.Compute(large, ReviewedSet.Detections, .3));
        Assert.DoesNotContain(section.Blocks, block => block is HeatMapTable);
        Assert.Single(section.Blocks.OfType<ReportTable>().Single().Rows);
    }

    [Fact]
    public void Level_Cells_AreSharesOfTheirRow()
    {
        var matrix = new HeatMapTable("m", "r", "c", ["a", "b"], [[3, 7], [0, 0]]);
        Assert.Equal([3, 7, 0, 0], new[] { matrix.Level(0, 0), matrix.Level(0, 1), matrix.Level(1, 0), matrix.Level(1, 1) });
    }
}
