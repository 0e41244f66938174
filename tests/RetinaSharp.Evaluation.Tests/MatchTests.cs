using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation.Tests;

public sealed class MatchTests
{
    private static readonly BoxXywh Box = new(10, 10, 20, 20);
    private static readonly BoxXywh Near = new(12, 10, 20, 20);
    private static readonly BoxXywh Elsewhere = new(300, 300, 20, 20);

    [Fact]
    public void Match_Detections_AreByDescendingScoreWithTheirMatches()
    {
        var sample = new SampleDataset([3, 1], [2, 1]).Add(Box, id: 5).Add(Box, id: 6, category: 3).Add(Elsewhere, id: 7, image: 2)
            .Detect(Near, .5).Detect(Box, .3).Detect(Box, .9, category: 3).Detect(Box, .8, image: 2).Detect(Elsewhere, .4, image: 2);

        var matches = CocoEvaluator.Match(sample.GroundTruth, sample.Detections);

        Assert.Equal([sample.Detections[2], sample.Detections[3], sample.Detections[0], sample.Detections[4], sample.Detections[1]], matches.Select(match => match.Detection));
        Assert.Equal([6, null, 5, 7, null], matches.Select(match => match.GroundTruth?.Id));
    }

    [Fact]
    public void Match_Crowd_MatchesAllDetections()
    {
        var sample = new SampleDataset([1], [1]).Add(new(0, 0, 100, 100), id: 9, crowd: true).Detect(Box, .5).Detect(Near, .4);

        Assert.All(CocoEvaluator.Match(sample.GroundTruth, sample.Detections), match => Assert.Equal(9, match.GroundTruth?.Id));
    }

    [Fact]
    public void Match_MoreThanAHundred_AreLeftOut()
    {
        var sample = new SampleDataset([1], [1]).Add(Box).Detect(Box, .1);
        for (var i = 0; i < 100; i++)
            sample.Detect(Elsewhere, .5);

        var matches = CocoEvaluator.Match(sample.GroundTruth, sample.Detections);

        Assert.Equal(100, matches.Count);
        Assert.All(matches, match => Assert.Null(match.GroundTruth));
    }
}
