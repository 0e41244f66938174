using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation.Tests;

public sealed class F1CurvesTests
{
    private static readonly BoxXywh Box = new(10, 10, 20, 20);
    private static readonly BoxXywh Other = new(60, 10, 20, 20);
    private static readonly BoxXywh Elsewhere = new(300, 300, 20, 20);

    [Fact]
    public void Compute_OneClass_IsAsWorkedByHand()
    {
        // Two boxes. By descending score: TP, FP, TP.
        var sample = new SampleDataset([1], [1]).Add(Box, id: 1).Add(Other, id: 2).Detect(Box, .9).Detect(Elsewhere, .8).Detect(Other, .4);

        var curves = F1Curves.Compute(sample.GroundTruth, sample.Detections);

        // F1: 2·1 / (1 + 2), 2·1 / (2 + 2), 2·2 / (3 + 2).
        Assert.Equal([new(.9, 1, .5, 2 / 3.0), new(.8, .5, .5, .5), new(.4, 2 / 3.0, 1, .8)], curves.Overall.Points);
        Assert.Equal(curves.Overall.Points, Assert.Single(curves.PerClass).Curve.Points);
        Assert.Equal(.4, curves.Overall.Best?.Threshold);
    }

    [Fact]
    public void Compute_TwoClasses_OverallIsTheirMean()
    {
        var sample = new SampleDataset([5, 2], [1]).Add(Box, id: 1, category: 5).Add(Other, id: 2, category: 2).Detect(Box, .9, category: 5).Detect(Other, .6, category: 2);

        var curves = F1Curves.Compute(sample.GroundTruth, sample.Detections);

        Assert.Equal([2, 5], curves.PerClass.Select(one => one.Category.Id));
        Assert.Equal([new(.9, .5, .5, .5), new(.6, 1, 1, 1)], curves.Overall.Points);
        Assert.Equal([.6, .9], curves.PerClass.Select(one => one.Curve.Best!.Value.Threshold));
    }

    [Fact]
    public void Compute_EqualScores_CountTogether()
    {
        var sample = new SampleDataset([1], [1]).Add(Box).Detect(Box, .5).Detect(Elsewhere, .5);

        Assert.Equal([new(.5, .5, 1, 2 / 3.0)], F1Curves.Compute(sample.GroundTruth, sample.Detections).Overall.Points);
    }

    [Fact]
    public void Compute_EqualF1_BestIsTheHigherThreshold()
    {
        // 2·1 / (1 + 3) and 2·2 / (5 + 3) are the same.
        var sample = new SampleDataset([1], [1]).Add(Box, id: 1).Add(Other, id: 2).Add(new(400, 10, 20, 20), id: 3)
            .Detect(Box, .9).Detect(Elsewhere, .8).Detect(Elsewhere, .7).Detect(Elsewhere, .6).Detect(Other, .5);

        Assert.Equal(.9, F1Curves.Compute(sample.GroundTruth, sample.Detections).Overall.Best?.Threshold);
    }

    [Fact]
    public void Compute_CrowdsAndClassesWithoutGroundTruth_DoNotCount()
    {
        var sample = new SampleDataset([1, 2], [1]).Add(Box, id: 1).Add(new(200, 200, 200, 200), id: 2, crowd: true)
            .Detect(Elsewhere, .9).Detect(Box, .8, category: 2).Detect(Box, .5).Detect(Other, double.NaN);

        var curves = F1Curves.Compute(sample.GroundTruth, sample.Detections);

        Assert.Equal([new(.5, 1, 1, 1)], curves.Overall.Points);
        Assert.Equal([1, 0], curves.PerClass.Select(one => one.GroundTruthCount));
        Assert.Null(curves.PerClass[1].Curve.Best);
    }

    [Fact]
    public void At_AnyThreshold_HasTheDetectionsFromThereOn()
    {
        var sample = new SampleDataset([1], [1]).Add(Box, id: 1).Add(Other, id: 2).Detect(Box, .9).Detect(Other, .4);
        var curve = F1Curves.Compute(sample.GroundTruth, sample.Detections).Overall;

        Assert.Equal(new(.95, 0, 0, 0), curve.At(.95));
        Assert.Equal(new(.9, 1, .5, 2 / 3.0), curve.At(.9));
        Assert.Equal(new(.5, 1, .5, 2 / 3.0), curve.At(.5));
        Assert.Equal(new(.4, 1, 1, 1), curve.At(.4));
        Assert.Equal(new(0, 1, 1, 1), curve.At(0));
        Assert.Equal(new(.5, 0, 0, 0), F1Curves.Compute(sample.GroundTruth, []).Overall.At(.5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Compute_RandomBoxes_IsWhatCountingAtEachThresholdGives(int seed)
    {
        var sample = RandomBoxes.Create(seed);
        var curves = F1Curves.Compute(sample.GroundTruth, sample.Detections);

        foreach (var threshold in Enumerable.Range(0, 21).Select(i => i / 20.0))
        {
            var expected = curves.PerClass.Select((one, index) =>
            {
                var matches = PlainMatching.OfClass(sample.GroundTruth, sample.Detections, index, threshold);
                var (tp, fp) = (matches.Count(match => match is { IsCrowd: false }), matches.Count(match => match is null));
                return (Precision: tp + fp == 0 ? 0 : tp / (double)(tp + fp), Recall: tp / (double)one.GroundTruthCount, F1: 2.0 * tp / (tp + fp + one.GroundTruthCount));
            }).ToList();
            Assert.Equal(expected, curves.PerClass.Select(one => (one.Curve.At(threshold).Precision, one.Curve.At(threshold).Recall, one.Curve.At(threshold).F1)));
            Assert.Equal(expected.Average(one => one.F1), curves.Overall.At(threshold).F1, 1e-12);
            Assert.Equal(expected.Average(one => one.Recall), curves.Overall.At(threshold).Recall, 1e-12);
        }

        Assert.Equal(curves.Overall.Points.Max(point => point.F1), curves.Overall.Best!.Value.F1);
        Assert.InRange(curves.Overall.Best.Value.F1, .1, .9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Compute_EqualScoresOfSeveralClasses_OverallIsTheirMeanToTheLastBit(int seed)
    {
        var sample = RandomBoxes.Create(seed);
        var curves = F1Curves.Compute(sample.GroundTruth, [.. sample.Detections.Select(one => one with { Score = Math.Round(one.Score, 1) })]);

        Assert.InRange(curves.Overall.Points.Count, 5, 11);
        foreach (var point in curves.Overall.Points)
        {
            var (precision, recall, f1) = (0.0, 0.0, 0.0);
            foreach (var at in curves.PerClass.Select(one => one.Curve.At(point.Threshold)))
                (precision, recall, f1) = (precision + at.Precision, recall + at.Recall, f1 + at.F1);
            var classes = curves.PerClass.Count;
            Assert.Equal(new(point.Threshold, precision / classes, recall / classes, f1 / classes), point);
        }
    }
}
