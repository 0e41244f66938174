using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Tests.Anchors;

public class AnchorStatisticsTests
{
    [Fact]
    public void ComputeForSample_LargerSet_LooksAtOneImageOfEachPartAndRepeatsItself()
    {
        var set = Set(50);

        var sample = AnchorStatistics.ComputeForSample(set, Presets.Tiny, maxImages: 10);

        Assert.Equal((10, true), (sample.Images, sample.IsSample));
        // Image i has i boxes, of which 10 parts of 5 images give their sum to within 4 each.
        Assert.InRange(sample.Boxes, 0 + 5 + 10 + 15 + 20 + 25 + 30 + 35 + 40 + 45, 4 + 9 + 14 + 19 + 24 + 29 + 34 + 39 + 44 + 49);
        Assert.Equal(sample, AnchorStatistics.ComputeForSample(set, Presets.Tiny, maxImages: 10));
        var otherSeed = Presets.Tiny with { Training = Presets.Tiny.Training with { Seed = 1 } };
        Assert.NotEqual(sample.Boxes, AnchorStatistics.ComputeForSample(set, otherSeed, maxImages: 10).Boxes);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(1000)]
    public void ComputeForSample_SmallSet_IsAllOfIt(int maxImages)
    {
        var set = Set(12);

        var all = AnchorStatistics.Compute(set, Presets.Tiny);

        Assert.Equal((12, false, 66), (all.Images, all.IsSample, all.Boxes));
        Assert.Equal(all, AnchorStatistics.ComputeForSample(set, Presets.Tiny, maxImages));
    }

    [Fact]
    public void Of_Cancelled_Throws()
    {
        var cancelled = new CancellationToken(canceled: true);

        Assert.Throws<OperationCanceledException>(() => AnchorStatistics.Compute(Set(3), Presets.Tiny, cancelled));
        Assert.Throws<OperationCanceledException>(() => AnchorStatistics.ComputeForSample(Set(3), Presets.Tiny, 2, cancelled));
    }

    [Fact]
    public void Of_DegenerateBoxes_AreNotCounted()
    {
        var set = Set(4);
        Annotation[] degenerate = [Box(1, 5, 5, 0, 9), Box(2, 5, 5, -9, -9), Box(3, 300, 5, 9, 9), Box(4, double.NaN, 5, 9, 9)];
        var more = new DetectionDataset
        {
            Source = set.Source,
            Categories = set.Categories,
            Images = [.. set.Images.Select(image => image with { Annotations = [.. degenerate, .. image.Annotations] })],
        };

        Assert.Equal(AnchorStatistics.Compute(set, Presets.Tiny), AnchorStatistics.Compute(more, Presets.Tiny));
    }

    [Fact]
    public void SmallestSide_BoxOverTheBorder_IsThatOfThePartInTheImage()
    {
        var set = Set(1);
        set = set with { Images = [set.Images[0] with { Annotations = [Box(1, -40, 10, 44, 30)] }] };

        Assert.Equal(4, AnchorStatistics.Compute(set, Presets.Tiny).SmallestSide, 1e-3);
    }

    /// <summary>Images of which the first has no box, the next one, and so on.</summary>
    private static DetectionDataset Set(int images) => new()
    {
        Source = "boxes",
        Categories = [new(1, "one")],
        Images = [.. Enumerable.Range(0, images).Select(i => new AnnotatedImage
        {
            Id = i + 1,
            FileName = $"{i}.png",
            Path = $"{i}.png",
            Width = 256,
            Height = 256,
            Annotations = [.. Enumerable.Range(0, i).Select(k => Box(k + 1, 4 * k, 2 * k, 24, 32))],
        })],
    };

    private static Annotation Box(long id, double x, double y, double width, double height) =>
        new() { Id = id, Category = 0, Box = new(x, y, width, height), Area = width * height };
}
