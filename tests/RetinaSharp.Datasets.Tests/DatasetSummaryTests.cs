namespace RetinaSharp.Datasets.Tests;

public class DatasetSummaryTests
{
    [Fact]
    public void Create_SmallDataset_MatchesManualCounts()
    {
        var set = new DetectionDataset
        {
            Source = "by hand",
            Categories = [new(1, "cat"), new(5, "dog")],
            Images =
            [
                Image(1, 100, 80, Box(0, 10, 20), Box(0, 32, 32), Box(1, 96, 96)),
                Image(2, 100, 80),
                Image(3, 60, 60, Box(0, 50, 50) with { IsCrowd = true }),
            ],
        };
        var summary = DatasetSummary.Create(set);
        Assert.Equal((3, 1, 4, 1), (summary.Images, summary.ImagesWithoutBoxes, summary.Boxes, summary.Crowds));
        Assert.Equal([new(set.Categories[0], 3, 2), new(set.Categories[1], 1, 1)], summary.Classes);
        Assert.Equal((1, 1, 1), (summary.SmallBoxes, summary.MediumBoxes, summary.LargeBoxes));
        Assert.Equal((10d, 32d, 96d), (summary.BoxWidth.Min, summary.BoxWidth.Median, summary.BoxWidth.Max));
        Assert.Equal(.5, summary.BoxAspect.Min);
        Assert.Equal([new(100, 80, 2), new(60, 60, 1)], summary.ImageSizes);
    }

    [Fact]
    public void Quantiles_FiveNumbers_MatchNumpy()
    {
        // numpy.quantile([1, 2, 4, 8, 16], [0, .05, .25, .5, .75, .95, 1])
        var quantiles = Quantiles.Compute([16, 1, 8, 2, 4]);
        Assert.Equal(new Quantiles(1, 1.2, 2, 4, 8, 14.4, 16), quantiles with { P05 = Math.Round(quantiles.P05, 12), P95 = Math.Round(quantiles.P95, 12) });
        Assert.True(double.IsNaN(Quantiles.Compute([]).Median));
    }

    private static AnnotatedImage Image(long id, int width, int height, params Annotation[] annotations) =>
        new() { Id = id, FileName = $"{id}.jpg", Path = $"{id}.jpg", Width = width, Height = height, Annotations = annotations };

    private static Annotation Box(int category, double width, double height) =>
        new() { Id = 1, Category = category, Box = new(0, 0, width, height), Area = width * height };
}
