using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation.Tests;

public sealed class MatchTests
{
    private static readonly BoxXywh Box = new(10, 10, 20, 20);
    private static readonly BoxXywh Near = new(12, 10, 20, 20);
    private static readonly BoxXywh Elsewhere = new(300, 300, 20, 20);

    [Fact]
    public void Match_Detections_ComeByFallingScoreWithWhatTheyAreMatchedWith()
    {
        var scene = new Scene([3, 1], [2, 1]).Add(Box, id: 5).Add(Box, id: 6, category: 3).Add(Elsewhere, id: 7, image: 2)
            .Detect(Near, .5).Detect(Box, .3).Detect(Box, .9, category: 3).Detect(Box, .8, image: 2).Detect(Elsewhere, .4, image: 2);

        var matches = CocoEvaluator.Match(scene.Truth, scene.Detections);

        Assert.Equal([scene.Detections[2], scene.Detections[3], scene.Detections[0], scene.Detections[4], scene.Detections[1]], matches.Select(match => match.Detection));
        Assert.Equal([6, null, 5, 7, null], matches.Select(match => match.Truth?.Id));
    }

    [Fact]
    public void Match_Crowd_IsATruthForAll()
    {
        var scene = new Scene([1], [1]).Add(new(0, 0, 100, 100), id: 9, crowd: true).Detect(Box, .5).Detect(Near, .4);

        Assert.All(CocoEvaluator.Match(scene.Truth, scene.Detections), match => Assert.Equal(9, match.Truth?.Id));
    }

    [Fact]
    public void Match_MoreThanAHundred_AreLeftOut()
    {
        var scene = new Scene([1], [1]).Add(Box).Detect(Box, .1);
        for (var i = 0; i < 100; i++)
            scene.Detect(Elsewhere, .5);

        var matches = CocoEvaluator.Match(scene.Truth, scene.Detections);

        Assert.Equal(100, matches.Count);
        Assert.All(matches, match => Assert.Null(match.Truth));
    }
}
