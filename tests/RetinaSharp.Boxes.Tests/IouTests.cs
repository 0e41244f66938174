namespace RetinaSharp.Boxes.Tests;

public sealed class IouTests
{
    [Fact]
    public void ComputeCoco_QuarterOverlap_IsOneSeventh() =>
        Assert.Equal(1.0 / 7, Iou.ComputeCoco(new(0, 0, 2, 2), new(1, 1, 2, 2)));

    [Fact]
    public void ComputeCoco_Crowd_DividesByDetectionArea() =>
        Assert.Equal(.25, Iou.ComputeCoco(new(0, 0, 2, 2), new(1, 1, 200, 200), isCrowd: true));

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 2)]
    [InlineData(5, 5)]
    public void ComputeCoco_TouchingBoxes_IsZero(double x, double y)
    {
        Assert.Equal(0, Iou.ComputeCoco(new(0, 0, 2, 2), new(x, y, 2, 2)));
        Assert.Equal(0, Iou.Compute(new(0, 0, 2, 2), new((float)x, (float)y, (float)x + 2, (float)y + 2)));
    }

    [Fact]
    public void ComputeCoco_SumOfSizeAndCorner_IsRoundedBeforeSubtraction()
    {
        // .3 + .1 is .4 and .4 - .1 is .30000000000000004: with pycocotools' order of operations the corner does not cancel.
        Assert.Equal((.3 + .1 - .1) * 1 / (.3 + 1 - (.3 + .1 - .1) * 1), Iou.ComputeCoco(new(.1, 0, .3, 1), new(0, 0, 1, 1)));
        Assert.NotEqual(.3, Iou.ComputeCoco(new(.1, 0, .3, 1), new(0, 0, 1, 1)));
    }

    [Fact]
    public void Compute_BoxesWithoutArea_IsZero()
    {
        Assert.Equal(0, Iou.Compute(new(1, 1, 1, 1), new(1, 1, 1, 1)));
        Assert.Equal(0, Iou.Compute(new(3, 3, 1, 1), new(0, 0, 4, 4)));
    }

    [Fact]
    public void OneToMany_RandomBoxes_OverloadsGiveSameBits()
    {
        var random = new Random(1);
        var one = RandomBox(random);
        Box[] many = [.. Enumerable.Range(0, 45).Select(_ => RandomBox(random)), new(5, 5, 5, 5), one];
        var byRow = new float[many.Length];
        var byColumn = new float[many.Length];

        Iou.OneToMany(one, many, byRow);
        Iou.OneToMany(
            one, [.. many.Select(b => b.X1)], [.. many.Select(b => b.Y1)], [.. many.Select(b => b.X2)], [.. many.Select(b => b.Y2)], byColumn);

        Assert.Equal(byRow, byColumn);
        Assert.Equal(1, byRow[^1]);
        Assert.Contains(byRow, iou => iou is > 0 and < 1);
        foreach (var (box, iou) in many.Zip(byRow))
            Assert.Equal(Iou.ComputeCoco(BoxXywh.FromCorners(one), BoxXywh.FromCorners(box)), iou, 1e-6);
    }

    [Fact]
    public void OneToMany_DifferentLengths_Throws()
    {
        Assert.Throws<ArgumentException>("iou", () => Iou.OneToMany(default, new Box[2], new float[1]));
        Assert.Throws<ArgumentException>(() => Iou.OneToMany(default, new float[2], new float[2], new float[1], new float[2], new float[2]));
    }

    private static Box RandomBox(Random random)
    {
        var (x, y) = (random.NextSingle() * 50, random.NextSingle() * 50);
        return new(x, y, x + 1 + random.NextSingle() * 50, y + 1 + random.NextSingle() * 50);
    }
}
