namespace RetinaSharp.Boxes.Tests;

public sealed class WeightedBoxesFusionTests
{
    [Theory]
    [InlineData("fusion", false, 3)]
    [InlineData("weighted_fusion", true, 3.5)]
    public void FuseByClass_Golden_MatchesThePaper(string name, bool isWeighted, double sourceWeight)
    {
        var expected = SuppressionGolden.Section(name);

        var fused = WeightedBoxesFusion.FuseByClass(SuppressionGolden.Boxes, SuppressionGolden.Scores, SuppressionGolden.Labels, .55f, isWeighted ? SuppressionGolden.Weights : []);

        Assert.Equal(expected.IntsOf("index"), fused.Select(one => one.Index));
        Assert.Equal(expected.FloatsOf("score"), fused.Select(one => one.MeanScore(sourceWeight)), (a, b) => Math.Abs(a - b) < 1e-6);
        foreach (var (box, one) in expected.BoxesOf("boxes").Zip(fused))
        {
            Assert.Equal(box.X1, one.Box.X1, 1e-4f);
            Assert.Equal(box.Y1, one.Box.Y1, 1e-4f);
            Assert.Equal(box.X2, one.Box.X2, 1e-4f);
            Assert.Equal(box.Y2, one.Box.Y2, 1e-4f);
        }
    }

    [Fact]
    public void FuseByClass_NoOverlapOrOtherClass_KeepsBoxesExactly()
    {
        Box[] boxes = [new(.1f, .2f, 10.3f, 10.7f), new(.1f, .2f, 10.3f, 10.7f), new(50, 50, 60, 60)];

        var fused = WeightedBoxesFusion.FuseByClass(boxes, [.3f, .3f, .7f], [5, 4, 5], .55f);

        Assert.Equal([2, 0, 1], fused.Select(one => one.Index));
        Assert.Equal(fused.Select(one => boxes[one.Index]), fused.Select(one => one.Box));
    }

    [Fact]
    public void MeanScore_OneModelTwice_IsAtMostOne()
    {
        Box[] boxes = [new(0, 0, 10, 10), new(0, 0, 10, 10)];

        var fused = Assert.Single(WeightedBoxesFusion.FuseByClass(boxes, [1, 1], [0, 0], .5f, [3, 3]));

        Assert.Equal(1, fused.MeanScore(4));
        Assert.Equal(.6f, fused.MeanScore(10));
    }

    [Fact]
    public void FuseByClass_ScoresOfZeroOrNaN_AreDropped()
    {
        Box[] boxes = [new(0, 0, 10, 10), new(0, 0, 10, 10), new(0, 0, 10, 10), new(float.NaN, 0, 10, 10)];

        Assert.Equal([3, 1], WeightedBoxesFusion.FuseByClass(boxes, [0, .5f, float.NaN, .9f], [0, 0, 0, 0], .5f).Select(one => one.Index));
        Assert.Empty(WeightedBoxesFusion.FuseByClass([], [], [], .5f));
    }

    [Fact]
    public void FuseByClass_InvalidArguments_Throws()
    {
        Assert.Throws<ArgumentException>("scores", () => WeightedBoxesFusion.FuseByClass(new Box[2], new float[1], new int[2], .5f));
        Assert.Throws<ArgumentException>("labels", () => WeightedBoxesFusion.FuseByClass(new Box[1], new float[1], new int[2], .5f));
        Assert.Throws<ArgumentException>("weights", () => WeightedBoxesFusion.FuseByClass(new Box[1], new float[1], new int[1], .5f, [1, 2]));
        Assert.Throws<ArgumentException>("threshold", () => WeightedBoxesFusion.FuseByClass([], [], [], float.NaN));
    }
}
