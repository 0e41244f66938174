namespace RetinaSharp.Boxes.Tests;

public sealed class ScoreVotingTests
{
    // IoU 1/2.
    private static readonly Box Whole = new(0, 0, 2, 1), Half = new(0, 0, 1, 1);

    [Fact]
    public void Refine_Golden_MatchesThePaper()
    {
        var (boxes, scores, labels) = (SuppressionGolden.Boxes, SuppressionGolden.Scores, SuppressionGolden.Labels);
        var expected = SuppressionGolden.Section("voting");
        var kept = NonMaximumSuppression.SuppressByClass(boxes, scores, labels, .5f);

        var refined = ScoreVoting.Refine(boxes, scores, labels, kept);

        Assert.Equal(expected.IntsOf("index"), kept);
        Assert.Equal(expected.BoxesOf("boxes"), refined, (a, b) => LargestDifference(a, b) < 1e-4);
        // Voting changes these boxes: the golden boxes do not merely repeat the input.
        Assert.Contains(kept.Zip(refined), one => LargestDifference(boxes[one.First], one.Second) > .5);
    }

    [Fact]
    public void Refine_TwoBoxes_IsTheMeanWeightedByScoreAndOverlap()
    {
        var one = Assert.Single(ScoreVoting.Refine([Whole, Half], [.8f, .4f], [0, 0], [0], sigma: .5f));

        var weight = .4 * Math.Exp(-.5);
        Assert.Equal((.8 * 2 + weight) / (.8 + weight), one.X2, 1e-6);
        Assert.Equal(Whole, one with { X2 = 2 });
    }

    [Fact]
    public void Refine_OtherClassOrNoOverlap_DoesNotCount()
    {
        Box[] boxes = [new(.1f, .2f, 10.3f, 10.7f), new(1, 1, 10, 10), new(50, 50, 60, 60), new(.1f, .2f, 10.3f, 10.7f)];

        // The last box has the coordinates of the first: their mean is that box.
        Assert.Equal([boxes[0], boxes[1]], ScoreVoting.Refine(boxes, [.9f, .8f, .7f, .3f], [-5, 4, -5, -5], [0, 1], sigma: 10));
    }

    [Fact]
    public void Refine_NoMean_KeepsTheBox()
    {
        Box[] boxes = [new(float.NaN, 0, 5, 5), new(0, 0, 5, 5), new(3, 3, 3, 3), new(0, 0, 4, 4), new(0, 0, 5, 4)];

        var refined = ScoreVoting.Refine(boxes, [.9f, -1, .5f, float.NaN, 0], [0, 0, 0, 0, 0], [0, 1, 2, 3, 4], sigma: 1);

        Assert.Equal(boxes, refined);
        Assert.Empty(ScoreVoting.Refine([], [], [], []));
    }

    [Fact]
    public void Refine_InvalidArguments_Throws()
    {
        Assert.Throws<ArgumentException>("scores", () => ScoreVoting.Refine(new Box[2], new float[1], new int[2], []));
        Assert.Throws<ArgumentException>("labels", () => ScoreVoting.Refine(new Box[1], new float[1], new int[2], []));
        Assert.Throws<ArgumentOutOfRangeException>("kept", () => ScoreVoting.Refine(new Box[1], new float[1], new int[1], [1]));
        Assert.Throws<ArgumentOutOfRangeException>("kept", () => ScoreVoting.Refine(new Box[1], new float[1], new int[1], [-1]));
        Assert.Throws<ArgumentOutOfRangeException>("sigma", () => ScoreVoting.Refine([], [], [], [], 0));
        Assert.Throws<ArgumentOutOfRangeException>("sigma", () => ScoreVoting.Refine([], [], [], [], float.NaN));
    }

    private static float LargestDifference(Box a, Box b) =>
        Math.Max(Math.Max(Math.Abs(a.X1 - b.X1), Math.Abs(a.Y1 - b.Y1)), Math.Max(Math.Abs(a.X2 - b.X2), Math.Abs(a.Y2 - b.Y2)));
}
