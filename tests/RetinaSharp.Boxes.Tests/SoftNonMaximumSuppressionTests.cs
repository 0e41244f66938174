namespace RetinaSharp.Boxes.Tests;

public sealed class SoftNonMaximumSuppressionTests
{
    // IoU 1/2.
    private static readonly Box Whole = new(0, 0, 2, 1), Half = new(0, 0, 1, 1);

    [Theory]
    [InlineData("linear")]
    [InlineData("gaussian")]
    public void SuppressByClass_Golden_MatchesThePaper(string name)
    {
        var decay = name == "linear" ? SoftDecay.Linear(.3f) : SoftDecay.Gaussian(.5f);
        var expected = SuppressionGolden.Section(name);

        var selected = SoftNonMaximumSuppression.SuppressByClass(SuppressionGolden.Boxes, SuppressionGolden.Scores, SuppressionGolden.Labels, decay, .05f);

        Assert.Equal(expected.IntsOf("index"), selected.Select(one => one.Index));
        Assert.Equal(expected.FloatsOf("score"), selected.Select(one => one.Score), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(selected[..9], SoftNonMaximumSuppression.SuppressByClass(SuppressionGolden.Boxes, SuppressionGolden.Scores, SuppressionGolden.Labels, decay, .05f, maxCount: 9));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void SuppressByClass_RandomBoxesWithTies_MatchesDefinition(int seed)
    {
        var random = new Random(seed);
        var boxes = new Box[200];
        foreach (ref var box in boxes.AsSpan())
        {
            var (x, y) = (random.Next(40), random.Next(40));
            box = new(x, y, x + random.Next(1, 40), y + random.Next(1, 40));
        }

        float[] scores = [.. boxes.Select(_ => random.Next(1, 9) / 8f)];
        int[] labels = [.. boxes.Select(_ => random.Next(-1, 3) * 1000)];
        var decay = SoftDecay.Gaussian(.4f);

        var selected = SoftNonMaximumSuppression.SuppressByClass(boxes, scores, labels, decay, .1f);

        var remaining = scores.Select((score, index) => new RescoredBox(index, score)).ToList();
        foreach (var one in selected)
        {
            Assert.Equal(remaining.OrderByDescending(other => other.Score).ThenBy(other => other.Index).First(), one);
            remaining.Remove(one);
            remaining = [.. remaining
                .Select(other => labels[other.Index] == labels[one.Index] ? other with { Score = other.Score * decay.Factor(Iou.Compute(boxes[one.Index], boxes[other.Index])) } : other)
                .Where(other => other.Score > .1f)];
        }

        Assert.Empty(remaining);
    }

    [Fact]
    public void SuppressByClass_Overlap_LowersTheScoreOfItsClassAlone()
    {
        Box[] boxes = [Half, Whole, Whole];

        var selected = SoftNonMaximumSuppression.SuppressByClass(boxes, [.8f, .9f, .5f], [0, 0, 1], SoftDecay.Linear(.4f), 0);

        Assert.Equal([new(1, .9f), new(2, .5f), new(0, .4f)], selected);
    }

    [Theory]
    [InlineData(.39f, 2)]
    [InlineData(.4f, 1)]
    public void SuppressByClass_LoweredScore_MustExceedTheThreshold(float threshold, int expected) =>
        Assert.Equal(expected, SoftNonMaximumSuppression.SuppressByClass([Half, Whole], [.8f, .9f], [0, 0], SoftDecay.Linear(.4f), threshold).Length);

    [Fact]
    public void Factor_Linear_IsOneUpToTheThreshold()
    {
        Assert.Equal([1, 1, .25f], ((float[])[0, .5f, .75f]).Select(SoftDecay.Linear(.5f).Factor));
        Assert.Equal([1, MathF.Exp(-.5f), 1], ((float[])[0, .5f, float.NaN]).Select(SoftDecay.Gaussian(.5f).Factor));
    }

    [Fact]
    public void SuppressByClass_NaN_DropsScoreAndChangesNoOther()
    {
        Box[] boxes = [new(0, 0, 5, 5), new(float.NaN, 0, 5, 5), new(0, 0, 5, 5)];

        Assert.Equal([new(1, .9f), new(2, .8f)], SoftNonMaximumSuppression.SuppressByClass(boxes, [float.NaN, .9f, .8f], [0, 0, 0], SoftDecay.Gaussian(.5f), .1f));
        Assert.Empty(SoftNonMaximumSuppression.SuppressByClass([], [], [], default, 0));
    }

    [Fact]
    public void SuppressByClass_InvalidArguments_Throws()
    {
        Assert.Throws<ArgumentException>("scores", () => SoftNonMaximumSuppression.SuppressByClass(new Box[2], new float[1], new int[2], default, 0));
        Assert.Throws<ArgumentException>("labels", () => SoftNonMaximumSuppression.SuppressByClass(new Box[1], new float[1], new int[2], default, 0));
        Assert.Throws<ArgumentOutOfRangeException>("scoreThreshold", () => SoftNonMaximumSuppression.SuppressByClass([], [], [], default, float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("scoreThreshold", () => SoftNonMaximumSuppression.SuppressByClass([], [], [], default, -.1f));
        Assert.Throws<ArgumentOutOfRangeException>("maxCount", () => SoftNonMaximumSuppression.SuppressByClass([], [], [], default, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("threshold", () => SoftDecay.Linear(1.5f));
        Assert.Throws<ArgumentOutOfRangeException>("sigma", () => SoftDecay.Gaussian(0));
        Assert.Throws<ArgumentOutOfRangeException>("sigma", () => SoftDecay.Gaussian(float.PositiveInfinity));
    }
}
