using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Data;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Tests.Data;

public sealed class BatchTargetsTests
{
    private static readonly Box[] Boxes = [new(0, 0, 20, 20)];

    private readonly AnchorGrid _grid = new AnchorGenerator(new() { MinLevel = 3, MaxLevel = 4, Scales = [1], Ratios = [1] }).Generate(32, 32);

    [Fact]
    public void Set_QualitiesOfAllImagesWithPositives_AreThoseOfTheBatch()
    {
        var targets = Create(images: 3);

        targets.Set(0, _grid, Assign([]), Boxes);
        targets.Set(1, _grid, Assign([2, 17]) with { Qualities = [.25f, .5f] }, Boxes);
        targets.Set(2, _grid, Assign([3]) with { Qualities = [.75f] }, Boxes);

        Assert.Equal([.25f, .75f], targets.Levels[0].PositiveQualities.ToArray());
        Assert.Equal([.5f], targets.Levels[1].PositiveQualities.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Set_QualitiesOfSomeImages_Throws(bool isFirst)
    {
        var targets = Create(images: 2);
        AnchorAssignment[] assignments = [Assign([2]) with { Qualities = [.5f] }, Assign([17])];
        if (!isFirst)
            assignments = [assignments[1], assignments[0]];

        targets.Set(0, _grid, assignments[0], Boxes);

        Assert.Contains("some images", Assert.Throws<InvalidOperationException>(() => targets.Set(1, _grid, assignments[1], Boxes)).Message);
    }

    [Fact]
    public void Set_QualitiesOfSomePositives_Throws() => Assert.Contains("1 qualities for 2 positive anchors",
        Assert.Throws<InvalidOperationException>(() => Create(images: 1).Set(0, _grid, Assign([2, 3]) with { Qualities = [.5f] }, Boxes)).Message);

    private BatchTargets Create(int images)
    {
        LevelTargets[] levels = [.. _grid.Levels.Select(_ => new LevelTargets())];
        foreach (var (level, targets) in levels.Index())
            targets.Reset(images, _grid.Levels[level]);
        return new(new(images, 32, 32), levels);
    }

    private AnchorAssignment Assign(int[] positives)
    {
        int[] labels = [.. Enumerable.Repeat(SigmoidLoss.Background, _grid.Count)];
        foreach (var positive in positives)
            labels[positive] = 0;
        return new(labels, positives, new int[positives.Length]);
    }
}
