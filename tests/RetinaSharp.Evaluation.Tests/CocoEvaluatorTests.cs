using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation.Tests;

/// <summary>One rule of the protocol each; the expected metrics are computed by hand from pycocotools' rules.</summary>
public sealed class CocoEvaluatorTests
{
    private const double Perfect = 1 - 2.220446049250313e-16;

    private static readonly BoxXywh Box = new(10, 10, 20, 20);
    private static readonly BoxXywh Elsewhere = new(300, 300, 20, 20);

    [Fact]
    public void Evaluate_EveryBoxMatched_IsOneButForEpsilon()
    {
        var metrics = new SampleDataset([1], [1]).Add(Box).Detect(Box, .5).Evaluate();

        Assert.Equal(Perfect, metrics.AP, 1e-15);
        Assert.Equal(1, metrics.AR1);
        Assert.Equal(1, metrics.ARs);
        Assert.Equal(-1, metrics.APm);
        Assert.Equal(-1, metrics.ARl);
    }

    [Fact]
    public void Evaluate_NoDetections_IsZeroWhereThereIsGroundTruth()
    {
        var metrics = new SampleDataset([1], [1]).Add(Box).Evaluate();

        Assert.Equal(0, metrics.AP);
        Assert.Equal(0, metrics.AR100);
        Assert.Equal(-1, metrics.APl);
    }

    [Fact]
    public void Evaluate_NoGroundTruth_IsMinusOne()
    {
        Assert.All(new SampleDataset([1], [1]).Detect(Box, .5).Evaluate().ByName(), metric => Assert.Equal(-1, metric.Value));
        Assert.All(new SampleDataset([], []).Evaluate().ByName(), metric => Assert.Equal(-1, metric.Value));
    }

    [Fact]
    public void Evaluate_ClassWithoutGroundTruth_IsLeftOutOfTheMean()
    {
        var metrics = new SampleDataset([7, 1], [1]).Add(Box).Detect(Box, .5).Detect(Elsewhere, .9, category: 7).Evaluate();

        Assert.Equal(Perfect, metrics.AP, 1e-15);
        Assert.Equal([1, 7], metrics.PerClass.Select(one => one.Category.Id));
        Assert.Equal([1, 0], metrics.PerClass.Select(one => one.GroundTruthCount));
        Assert.Equal([1, 1], metrics.PerClass.Select(one => one.DetectionCount));
        Assert.Equal(-1, metrics.PerClass[1].AP);
    }

    [Fact]
    public void Evaluate_UnknownCategory_IsDropped()
    {
        var metrics = new SampleDataset([1], [1]).Add(Box).Detect(Box, .5).Detect(Box, .9, category: 2).Evaluate();

        Assert.Equal(Perfect, metrics.AP, 1e-15);
    }

    [Fact]
    public void Evaluate_UnknownImage_IsRefused()
    {
        var sample = new SampleDataset([1], [1]).Add(Box).Detect(Box, .5).Detect(Box, .5, image: 44);

        var refusal = Assert.Throws<DatasetException>(() => sample.Evaluate());

        Assert.Equal("item 1", refusal.Location);
        Assert.Contains("image id 44 is not in sample", refusal.Message);
    }

    [Fact]
    public void Evaluate_DetectionsInACrowd_AreIgnored()
    {
        var metrics = new SampleDataset([1], [1])
            .Add(new(100, 100, 200, 200), id: 1, crowd: true).Add(Box, id: 2)
            .Detect(new(110, 110, 20, 20), .9).Detect(new(150, 150, 20, 20), .8).Detect(Box, .5).Evaluate();

        Assert.Equal(Perfect, metrics.AP, 1e-15);
        Assert.Equal(1, metrics.PerClass[0].GroundTruthCount);
    }

    [Fact]
    public void Evaluate_SecondDetectionOfABox_IsAFalsePositive()
    {
        // TP, FP, TP: precision 1 up to recall .5 (51 points), then 2/3 (50 points).
        var metrics = new SampleDataset([1], [1]).Add(Box, id: 1).Add(Elsewhere, id: 2)
            .Detect(Box, .9).Detect(Box, .8).Detect(Elsewhere, .7).Evaluate();

        Assert.Equal((51 + 50 * 2.0 / 3) / 101, metrics.AP, 1e-15);
        Assert.Equal(.5, metrics.AR1);
        Assert.Equal(1, metrics.AR10);
    }

    [Fact]
    public void Evaluate_EqualScores_KeepTheOrderOfTheInput()
    {
        var truePositiveFirst = new SampleDataset([1], [1]).Add(Box).Detect(Box, .5).Detect(Elsewhere, .5).Evaluate();
        var falsePositiveFirst = new SampleDataset([1], [1]).Add(Box).Detect(Elsewhere, .5).Detect(Box, .5).Evaluate();

        Assert.Equal(Perfect, truePositiveFirst.AP, 1e-15);
        Assert.Equal(.5, falsePositiveFirst.AP, 1e-15);
    }

    [Fact]
    public void Evaluate_EqualScoresInTwoImages_GoByImageId()
    {
        // The true positive is of the image with the lower id, though it comes later in both files.
        var metrics = new SampleDataset([1], [9, 3]).Add(Box, image: 3).Detect(Elsewhere, .5, image: 9).Detect(Box, .5, image: 3).Evaluate();

        Assert.Equal(Perfect, metrics.AP, 1e-15);
    }

    [Fact]
    public void Evaluate_TwoBoxesOfEqualIou_TheLaterOneIsTaken()
    {
        // The first detection has IoU .6 with both. Only because it takes the later box is the earlier one left for the second.
        var (early, late) = (new BoxXywh(0, 0, 20, 10), new BoxXywh(10, 0, 20, 10));
        var middle = new BoxXywh(5, 0, 20, 10);

        SampleDataset Both() => new SampleDataset([1], [1]).Add(early, id: 1).Add(late, id: 2).Detect(middle, .9);

        Assert.Equal(Perfect, Both().Detect(early, .8).Evaluate().AP50, 1e-15);
        Assert.Equal(51.0 / 101, Both().Detect(late, .8).Evaluate().AP50, 1e-15);
    }

    [Fact]
    public void Evaluate_CountedBoxAndBetterIgnoredBox_TakesTheCountedOne()
    {
        var metrics = new SampleDataset([1], [1]).Add(Box, id: 1, crowd: true).Add(new(10, 10, 20, 15), id: 2).Detect(Box, .9).Evaluate();

        Assert.Equal(Perfect, metrics.AP50, 1e-15);
        // At .8 the counted box no longer fits, and the crowd makes the detection ignored.
        Assert.Equal(.6, metrics.AR100, 1e-15);
    }

    [Fact]
    public void Evaluate_AnnotationIdZero_IsUsedUpButNotMatched()
    {
        var metrics = new SampleDataset([1], [1]).Add(Box, id: 0).Add(Elsewhere, id: 1)
            .Detect(Box, .9).Detect(Elsewhere, .8).Evaluate();

        // FP, TP: precision 1/2 up to recall .5.
        Assert.Equal(51 * .5 / 101, metrics.AP, 1e-15);
        Assert.Equal(.5, metrics.AR100);
    }

    [Theory]
    [InlineData(32, 1, 1, 0)]
    [InlineData(96, 0, 1, 1)]
    public void Evaluate_AreaOnABorder_StandsInBothRanges(int side, int small, int medium, int large)
    {
        var box = new BoxXywh(5, 5, side, side);

        var metrics = new SampleDataset([1], [1]).Add(box).Detect(box, .5).Evaluate();

        Assert.Equal(small == 1 ? 1 : -1, metrics.ARs);
        Assert.Equal(medium == 1 ? 1 : -1, metrics.ARm);
        Assert.Equal(large == 1 ? 1 : -1, metrics.ARl);
    }

    [Fact]
    public void Evaluate_AreaOfTheMask_DecidesTheAreaRange()
    {
        var large = new BoxXywh(5, 5, 100, 100);

        var metrics = new SampleDataset([1], [1]).Add(large, area: 900).Detect(large, .5).Evaluate();

        Assert.Equal(1, metrics.ARs);
        Assert.Equal(-1, metrics.ARl);
    }

    [Fact]
    public void Evaluate_FalsePositiveOfAnotherSize_IsIgnoredInTheRange()
    {
        var metrics = new SampleDataset([1], [1]).Add(Box).Detect(new(200, 200, 100, 100), .9).Detect(Box, .5).Evaluate();

        Assert.Equal(.5, metrics.AP, 1e-15);
        Assert.Equal(Perfect, metrics.APs, 1e-15);
    }

    [Fact]
    public void Evaluate_HundredAndOneDetections_CutsTheLast()
    {
        var sample = new SampleDataset([1], [1, 2]).Add(Box).Add(Box, id: 2, image: 2).Detect(Box, .9, image: 2);
        for (var i = 0; i < 100; i++)
            sample.Detect(Elsewhere, .5);
        sample.Detect(Box, .1);

        var metrics = sample.Evaluate();

        Assert.Equal(.5, metrics.AR100);
        Assert.Equal(101, metrics.PerClass[0].DetectionCount);
    }

    [Fact]
    public void Evaluate_ScoreNotANumber_ComesLast()
    {
        var metrics = new SampleDataset([1], [1]).Add(Box).Detect(Elsewhere, double.NaN).Detect(Box, -5).Evaluate();

        Assert.Equal(Perfect, metrics.AP, 1e-15);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Evaluate_AnyNumberOfThreads_HasTheSameBits(int threads)
    {
        var random = new Random(3);
        var sample = new SampleDataset([1, 2, 3, 4, 5], [1, 2, 3]);
        for (var i = 0; i < 200; i++)
        {
            var box = new BoxXywh(random.Next(50), random.Next(50), random.Next(5, 90), random.Next(5, 90));
            var (image, category) = (random.Next(1, 4), random.Next(1, 6));
            sample.Add(box, i + 1, image, category).Detect(box with { X = box.X + random.Next(6) }, random.NextDouble(), image, category);
        }

        Assert.Equal(sample.Evaluate().ByName(), sample.Evaluate(new() { Threads = threads }).ByName());
    }

    [Fact]
    public void Evaluate_Cancelled_Throws() =>
        Assert.ThrowsAny<OperationCanceledException>(() => new SampleDataset([1], [1]).Evaluate(new() { CancellationToken = new(canceled: true) }));

    [Fact]
    public void Evaluate_Null_IsRefused()
    {
        Assert.Throws<ArgumentNullException>("groundTruth", () => CocoEvaluator.Evaluate(null!, []));
        Assert.Throws<ArgumentNullException>("detections", () => CocoEvaluator.Evaluate(new SampleDataset([], []).GroundTruth, null!));
    }
}
