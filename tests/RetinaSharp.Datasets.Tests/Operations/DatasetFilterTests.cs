using RetinaSharp.Datasets.Operations;
using static RetinaSharp.Datasets.Tests.Writing.WrittenSets;

namespace RetinaSharp.Datasets.Tests.Operations;

public sealed class DatasetFilterTests
{
    private static DetectionDataset Set { get; } = new()
    {
        Source = "set",
        Categories = [new(3, "cat"), new(5, "dog"), new(6, "bird")],
        Images =
        [
            Image(1, "day/a1.jpg", Object(1, 0, 0, 0, 10, 20), Object(2, 1, 0, 0, 5, 50)),
            Image(2, "day/b1.jpg", Object(3, 2, 0, 0, 30, 30), Object(4, 2, 0, 0, 80, 80) with { IsCrowd = true }),
            Image(3, "night/a2.jpg"),
        ],
    };

    private static AnnotatedImage Image(long id, string name, params Annotation[] annotations) =>
        new() { Id = id, FileName = name, Path = name, Width = 100, Height = 100, Annotations = annotations };

    [Fact]
    public void Filter_KeptClasses_KeepTheirIdsAndBoxes()
    {
        var kept = DatasetFilter.Filter(Set, new() { KeepClasses = ["bird", "cat"] });

        Assert.Equal([Set.Categories[0], Set.Categories[2]], kept.Categories);
        Assert.Equal([(1L, 0), (3, 1), (4, 1)], Boxes(kept));
        Assert.Equal(3, kept.Images.Count);
    }

    [Fact]
    public void Filter_DroppedClasses_AreGone() => Assert.Equal([(1L, 0), (2, 1)], Boxes(DatasetFilter.Filter(Set, new() { DropClasses = ["bird"] })));

    [Theory]
    [InlineData(6, 1000, new long[] { 1, 3, 4 })]
    [InlineData(0, 30, new long[] { 1, 3 })]
    [InlineData(10, 30, new long[] { 1, 3 })]
    public void Filter_SizesOfBoxes_AreOfTheShorterAndTheLongerSide(double min, double max, long[] expected) =>
        Assert.Equal(expected, Boxes(DatasetFilter.Filter(Set, new() { MinBoxSize = min, MaxBoxSize = max })).Select(box => box.Id));

    [Theory]
    [InlineData("a*", new long[] { 1, 3 })]
    [InlineData("?1.jpg", new long[] { 1, 2 })]
    [InlineData("day/*", new long[] { 1, 2 })]
    [InlineData("day", new long[] { })]
    public void Filter_ImageName_IsAPattern(string pattern, long[] expected) =>
        Assert.Equal(expected, DatasetFilter.Filter(Set, new() { ImageName = pattern }).Images.Select(image => image.Id));

    [Fact]
    public void Filter_Crowds_AreDropped() => Assert.Equal([1L, 2, 3], Boxes(DatasetFilter.Filter(Set, new() { DropCrowds = true })).Select(box => box.Id));

    [Fact]
    public void Filter_OnlyWithBoxes_CountsTheBoxesThatAreLeft() =>
        Assert.Equal(1, Assert.Single(DatasetFilter.Filter(Set, new() { OnlyWithBoxes = true, DropClasses = ["bird"] }).Images).Id);

    [Fact]
    public void Filter_MaxImages_IsAChoiceByTheSeed()
    {
        var chosen = Enumerable.Range(0, 20).Select(seed => string.Join(',', DatasetFilter.Filter(Set, new() { MaxImages = 2, Seed = seed }).Images.Select(image => image.Id))).ToArray();

        Assert.Equal(["1,2", "1,3", "2,3"], chosen.Distinct().Order());
        Assert.Equal(chosen[0], string.Join(',', DatasetFilter.Filter(Set, new() { MaxImages = 2 }).Images.Select(image => image.Id)));
        Assert.Equal(3, DatasetFilter.Filter(Set, new() { MaxImages = 9 }).Images.Count);
    }

    [Fact]
    public void Filter_UnknownClassOrInvalidRange_Throws()
    {
        Assert.Contains("it has cat, dog, bird", Assert.Throws<ArgumentException>(() => DatasetFilter.Filter(Set, new() { KeepClasses = ["fish"] })).Message);
        Assert.Throws<ArgumentException>(() => DatasetFilter.Filter(Set, new() { DropClasses = ["cat", "dog", "bird"] }));
        Assert.Throws<ArgumentException>(() => DatasetFilter.Filter(Set, new() { MinBoxSize = 9, MaxBoxSize = 8 }));
        Assert.Throws<ArgumentException>(() => DatasetFilter.Filter(Set, new() { MaxImages = 0 }));
    }

    private static (long Id, int Category)[] Boxes(DetectionDataset set) => [.. set.Images.SelectMany(image => image.Annotations).Select(annotation => (annotation.Id, annotation.Category))];
}
