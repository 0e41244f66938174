using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Inference.Tests;

public sealed class DetectionDifferenceTests
{
    [Fact]
    public void Of_SameUpToRoundingInAnotherOrder_HasTheLargestDifferences()
    {
        var difference = DetectionDifference.Of(
            [Found(0, .9f, 10), Found(1, .5f, 10), Found(0, .4f, 50)], [Found(1, .5001f, 10.02f), Found(0, .9f, 10.03f), Found(0, .4002f, 50)], scoreThreshold: .05, scoreTolerance: .001, boxTolerance: .1);

        Assert.Equal((1, 3, 0), (difference.Images, difference.Detections, difference.Unmatched));
        Assert.Equal(.0002, difference.ScoreDifference, 1e-6);
        Assert.Equal(.03, difference.BoxDifference, 1e-5);
    }

    [Fact]
    public void Of_OtherClassScoreOrBox_IsUnmatchedOnBothSides()
    {
        Assert.Equal(2, Unmatched([Found(0, .9f, 10)], [Found(1, .9f, 10)]));
        Assert.Equal(2, Unmatched([Found(0, .9f, 10)], [Found(0, .8f, 10)]));
        Assert.Equal(2, Unmatched([Found(0, .9f, 10)], [Found(0, .9f, 11)]));
        Assert.Equal(1, Unmatched([Found(0, .9f, 10), Found(0, .9f, 10)], [Found(0, .9f, 10)]));
    }

    [Fact]
    public void Of_ScoreNearTheThreshold_MayBeMissing()
    {
        Assert.Equal(0, Unmatched([Found(0, .0505f, 10)], []));
        Assert.Equal(0, Unmatched([], [Found(0, .0505f, 10)]));
        Assert.Equal(1, Unmatched([], [Found(0, .052f, 10)]));
    }

    [Fact]
    public void Add_TwoImages_SumsAndTakesTheLargest() =>
        Assert.Equal(new(3, 15, 3, .2, 1), new DetectionDifference(1, 5, 1, .1, 1).Add(new(2, 10, 2, .2, .5)));

    private static int Unmatched(DetectedObject[] first, DetectedObject[] second) => DetectionDifference.Of(first, second, scoreThreshold: .05, scoreTolerance: .001, boxTolerance: .1).Unmatched;

    private static DetectedObject Found(int label, float score, float x) => new(label, new Category(label + 1, $"class {label}"), score, new Box(x, 0, x + 10, 10));
}
