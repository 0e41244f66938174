namespace RetinaSharp.Boxes.Tests;

public sealed class NonMaximumSuppressionTests
{
    [SharedDataTheory]
    [InlineData("0.2")]
    [InlineData("0.5")]
    [InlineData("0.8")]
    public void Suppress_GoldenBoxes_MatchesTorchvision(string threshold)
    {
        var golden = TorchvisionGolden.Section("nms");

        var kept = NonMaximumSuppression.Suppress(golden.BoxesOf("boxes"), golden.FloatsOf("scores"), float.Parse(threshold));

        Assert.Equal(golden.GetProperty("keep").IntsOf(threshold), kept);
    }

    [SharedDataTheory]
    [InlineData("0.2")]
    [InlineData("0.5")]
    [InlineData("0.8")]
    public void SuppressByClass_GoldenBoxes_MatchesTorchvision(string threshold)
    {
        var golden = TorchvisionGolden.Section("nms");

        var kept = NonMaximumSuppression.SuppressByClass(
            golden.BoxesOf("boxes"), golden.FloatsOf("scores"), golden.IntsOf("labels"), float.Parse(threshold));

        Assert.Equal(golden.GetProperty("batched").IntsOf(threshold), kept);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void SuppressByClass_RandomBoxes_MatchesDefinition(int seed)
    {
        var (boxes, scores, labels) = RandomScene(seed, 300);

        Assert.Equal(Plain(boxes, scores, labels, .4f), NonMaximumSuppression.SuppressByClass(boxes, scores, labels, .4f));
        Assert.Equal(Plain(boxes, scores, new int[300], .4f), NonMaximumSuppression.Suppress(boxes, scores, .4f));
    }

    [Fact]
    public void SuppressByClass_MaxCount_IsPrefixOfAllKept()
    {
        var (boxes, scores, labels) = RandomScene(4, 200);
        var whole = NonMaximumSuppression.SuppressByClass(boxes, scores, labels, .3f);

        Assert.Equal(whole[..10], NonMaximumSuppression.SuppressByClass(boxes, scores, labels, .3f, maxCount: 10));
        Assert.Empty(NonMaximumSuppression.SuppressByClass(boxes, scores, labels, .3f, maxCount: 0));
    }

    [Fact]
    public void Suppress_OverlapEqualToTheThreshold_KeepsBoth()
    {
        Box[] boxes = [new(0, 0, 2, 1), new(0, 0, 1, 1)];

        Assert.Equal([1, 0], NonMaximumSuppression.Suppress(boxes, [.1f, .2f], .5f));
        Assert.Equal([1], NonMaximumSuppression.Suppress(boxes, [.1f, .2f], .49f));
    }

    [Fact]
    public void Suppress_EqualScores_KeepInputOrder()
    {
        Box[] boxes = [.. Enumerable.Range(0, 40).Select(i => new Box(10 * i, 0, 10 * i + 5, 5))];
        var scores = new float[40];
        scores[7] = -0f;

        Assert.Equal(Enumerable.Range(0, 40), NonMaximumSuppression.Suppress(boxes, scores, .5f));
    }

    [Fact]
    public void Suppress_NegativeAndInfiniteScores_AreOrdered()
    {
        Box[] boxes = [.. Enumerable.Range(0, 5).Select(i => new Box(10 * i, 0, 10 * i + 5, 5))];
        float[] scores = [-1, float.PositiveInfinity, float.NegativeInfinity, 2, -.5f];

        Assert.Equal([1, 3, 4, 0, 2], NonMaximumSuppression.Suppress(boxes, scores, .5f));
    }

    [Fact]
    public void Suppress_NaN_DropsScoreAndSuppressesNothing()
    {
        Box[] boxes = [new(0, 0, 5, 5), new(float.NaN, 0, 5, 5), new(0, 0, 5, 5)];

        Assert.Equal([1, 2], NonMaximumSuppression.Suppress(boxes, [float.NaN, .9f, .8f], .5f));
    }

    [Fact]
    public void Suppress_NoBoxes_KeepsNone()
    {
        Assert.Empty(NonMaximumSuppression.Suppress([], [], .5f));
        Assert.Empty(NonMaximumSuppression.SuppressByClass([], [], [], .5f));
    }

    [Fact]
    public void SuppressByClass_InvalidArguments_Throws()
    {
        Assert.Throws<ArgumentException>("scores", () => NonMaximumSuppression.Suppress(new Box[2], new float[1], .5f));
        Assert.Throws<ArgumentException>("labels", () => NonMaximumSuppression.SuppressByClass(new Box[1], new float[1], new int[2], .5f));
        Assert.Throws<ArgumentException>("threshold", () => NonMaximumSuppression.Suppress(new Box[1], new float[1], float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("maxCount", () => NonMaximumSuppression.Suppress(new Box[1], new float[1], .5f, -1));
    }

    private static (Box[] Boxes, float[] Scores, int[] Labels) RandomScene(int seed, int count)
    {
        var random = new Random(seed);
        var boxes = new Box[count];
        foreach (ref var box in boxes.AsSpan())
        {
            var (x, y) = (random.Next(60), random.Next(60));
            box = new(x, y, x + random.Next(1, 40), y + random.Next(1, 40));
        }

        // Few distinct scores, so that ties are common; labels with gaps and below 0.
        return (boxes, [.. boxes.Select(_ => random.Next(20) / 20f)], [.. boxes.Select(_ => random.Next(-1, 3) * 1000)]);
    }

    private static List<int> Plain(Box[] boxes, float[] scores, int[] labels, float threshold)
    {
        List<int> kept = [];
        foreach (var i in Enumerable.Range(0, boxes.Length).OrderByDescending(i => scores[i]))
        {
            if (!kept.Exists(k => labels[k] == labels[i] && Iou.Compute(boxes[k], boxes[i]) > threshold))
                kept.Add(i);
        }

        return kept;
    }
}
