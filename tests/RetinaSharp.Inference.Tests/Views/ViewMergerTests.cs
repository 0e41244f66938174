using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Tests.Views;

public class ViewMergerTests
{
    private static readonly ViewPlanner Planner = new(new(100, 200), Tile: 100);

    // Two tiles, 0 to 100 and 60 to 160.
    private static readonly ViewPlan Plan = Planner.Plan(160, 100);

    [Fact]
    public void Merge_PiecesOfWhatTheWholeImageShows_Go()
    {
        var merged = Merge([Make(0, .6f, 20, 10, 150, 90)], [Make(0, .9f, 20, 10, 100, 90)], [Make(0, .8f, 0, 10, 90, 90)]);

        Assert.Equal(new(20, 10, 150, 90), Assert.Single(merged).Box);
    }

    [Fact]
    public void Merge_PieceOfAnotherClassOrOfNothing_Stays()
    {
        var merged = Merge([Make(0, .6f, 20, 10, 150, 90)], [Make(1, .9f, 20, 10, 100, 90)], [Make(2, .3f, 0, 50, 90, 90)]);

        Assert.Equal([1, 0, 2], merged.Select(one => one.Class));
        Assert.Equal(new(60, 50, 150, 90), merged[2].Box);
    }

    [Fact]
    public void Merge_SmallObjectInTheWholeImage_IsTheTiles()
    {
        var merged = Merge([Make(0, .9f, 10, 10, 33, 30)], [Make(0, .5f, 11, 11, 30, 30)], []);

        Assert.Equal((.5f, new Box(11, 11, 30, 30)), (Assert.Single(merged).Score, merged[0].Box));
    }

    [Fact]
    public void Merge_SameObjectWholeInTwoTiles_IsTheBetterOfBoth()
    {
        var merged = Merge([], [Make(0, .5f, 65, 20, 92, 40)], [Make(0, .7f, 4, 20, 32, 40)]);

        Assert.Equal((.7f, new Box(64, 20, 92, 40)), (Assert.Single(merged).Score, merged[0].Box));
    }

    [Theory]
    [InlineData(false, 6)]
    [InlineData(true, 2)]
    public void Merge_ManyObjects_AsManyAsTheLimitSays(bool isLimitPerImage, int expected)
    {
        DetectedObject[] left = [.. Enumerable.Range(0, 9).Select(i => Make(0, .5f, 6 * i, 5, 6 * i + 5, 10))];

        var merged = new ViewMerger(new InferenceSettings { MaxDetections = 2 }, isLimitPerImage, Planner.MaxCompleteObjectSize).Merge(Plan, [[], left, []]);

        Assert.Equal(expected, merged.Count);
    }

    [Theory]
    [InlineData(SuppressionKind.ClassAgnostic, new[] { 0 })]
    [InlineData(SuppressionKind.None, new[] { 0, 1 })]
    public void Merge_DuplicatesOfSlices_AreSuppressedInEveryCase(SuppressionKind kind, int[] expected)
    {
        var merged = Merge([], [Make(0, .7f, 65, 20, 92, 40), Make(1, .4f, 65, 20, 92, 41)], [Make(0, .5f, 4, 20, 32, 40)], kind);

        Assert.Equal(expected, merged.Select(one => one.Class));
    }

    [Fact]
    public void Merge_ClassAgnosticPieceOfAnotherClass_Goes() =>
        Assert.Equal(0, Assert.Single(Merge([Make(0, .6f, 20, 10, 150, 90)], [Make(1, .9f, 20, 10, 100, 90)], [], SuppressionKind.ClassAgnostic)).Class);

    [Theory]
    [InlineData(SuppressionKind.ClassAgnostic, 1)]
    [InlineData(SuppressionKind.ClassWise, 2)]
    public void Merge_ViewsFindDifferentClasses_ClassAgnosticKeepsTheBetter(SuppressionKind kind, int expected)
    {
        var plan = new ViewPlanner(new(100, 200), UsesTestTimeAugmentation: true).Plan(160, 100);
        var found = new IReadOnlyList<DetectedObject>[plan.Views.Length];
        for (var view = 0; view < found.Length; view++)
            found[view] = [Make(view < 4 ? 1 : 0, .9f, 40, 10, 120, 90)];

        var merged = new ViewMerger(new InferenceSettings { Suppression = kind }, isLimitPerImage: false, 0).Merge(plan, found);

        Assert.Equal((expected, 1), (merged.Count, merged[0].Class));
    }

    private static IReadOnlyList<DetectedObject> Merge(DetectedObject[] whole, DetectedObject[] left, DetectedObject[] right, SuppressionKind kind = default) =>
        new ViewMerger(new() { Suppression = kind }, isLimitPerImage: false, Planner.MaxCompleteObjectSize).Merge(Plan, [whole, left, right]);

    private static DetectedObject Make(int category, float score, float x1, float y1, float x2, float y2) =>
        new(category, new Category(category + 1, $"{category}"), score, new(x1, y1, x2, y2));
}
