using RetinaSharp.Datasets.Operations;

namespace RetinaSharp.Datasets.Tests.Operations;

public sealed class DatasetSplitterTests
{
    /// <summary>1,000 images with classes of very different frequency: class 0 in all, the rarest in 10 images; images of a scene have the same classes.</summary>
    private static DetectionDataset Set { get; } = new()
    {
        Source = "set",
        Categories = [.. Enumerable.Range(0, 5).Select(i => new Category(i + 1, $"class {i}"))],
        Images = [.. Enumerable.Range(0, 1000).Select(i => Image(i, [0, .. new[] { (1, 3), (2, 10), (3, 30), (4, 100) }.Where(rate => i * 7919 % 1000 % rate.Item2 == 0).Select(rate => rate.Item1)]))],
    };

    private static AnnotatedImage Image(int i, int[] classes) => new()
    {
        Id = i + 1,
        FileName = $"site{i % 3}/scene-{i / 8:000}_{i % 8}.jpg",
        Path = $"{i}.jpg",
        Width = 100,
        Height = 100,
        Annotations = [.. classes.Select((category, k) => new Annotation { Id = i * 10 + k, Category = category, Box = new(1, 1, 5, 5), Area = 25 })],
    };

    [Fact]
    public void Split_RareClasses_HaveTheSameProportionInEachSplit()
    {
        var splits = DatasetSplitter.Split(Set, new() { Val = .2, Test = .1 });

        Assert.Equal(["train", "val", "test"], splits.Select(split => split.Name));
        Assert.Equal(Set.Images, splits.SelectMany(split => split.Dataset.Images).OrderBy(image => image.Id));
        foreach (var (split, fraction) in splits.Zip([.7, .2, .1]))
        {
            Assert.Equal(Set.Categories, split.Dataset.Categories);
            Assert.Equal(fraction * 1000, split.Dataset.Images.Count, 2.0);
            for (var category = 0; category < 5; category++)
                Assert.Equal(fraction * Count(Set, category), Count(split.Dataset, category), category == 0 ? 2.0 : 1.0);
            Assert.Equal(split.Dataset.Images.OrderBy(image => image.Id), split.Dataset.Images);
        }
    }

    [Fact]
    public void Split_Seed_DecidesTheSplit()
    {
        Assert.Equal(Ids(0), Ids(0));
        Assert.NotEqual(Ids(0), Ids(1));

        static IEnumerable<long> Ids(long seed) => DatasetSplitter.Split(Set, new() { Seed = seed })[1].Dataset.Images.Select(image => image.Id);
    }

    [Fact]
    public void Split_Groups_StayTogetherAndAreStratified()
    {
        var splits = DatasetSplitter.Split(Set, new() { Val = .25, Group = ImageGroupKey.Parse(@"scene-(\d+)") });

        var scenes = splits.Select(split => split.Dataset.Images.Select(image => (image.Id - 1) / 8).ToHashSet()).ToArray();
        Assert.Empty(scenes[0].Intersect(scenes[1]));
        Assert.Equal(250, splits[1].Dataset.Images.Count, 8.0);
        for (var category = 1; category < 4; category++)
            Assert.Equal(.25, Count(splits[1].Dataset, category) / (double)Count(Set, category), .06);
    }

    [Theory]
    [InlineData("1", "day/cam1/b.jpg", "day")]
    [InlineData("2", "day/cam1/b.jpg", "day/cam1")]
    [InlineData("-1", "day/cam1/b.jpg", "day/cam1")]
    [InlineData("3", "day/cam1/b.jpg", null)]
    [InlineData("1", "b.jpg", null)]
    [InlineData("^[a-z]+", "day/cam1/b.jpg", "day")]
    [InlineData("cam([0-9])", @"day\cam1\b.jpg", "1")]
    [InlineData("x", "day/cam1/b.jpg", null)]
    public void GetGroup_FileName_IsAFolderOrAMatch(string key, string name, string? expected) =>
        Assert.Equal(expected, ImageGroupKey.Parse(key).GetGroup(Image(0, []) with { FileName = name }));

    [Theory]
    [InlineData("0")]
    [InlineData("(")]
    public void Parse_InvalidKey_Throws(string key) => Assert.ThrowsAny<ArgumentException>(() => ImageGroupKey.Parse(key));

    [Fact]
    public void Split_KeyThatMatchesNothing_Throws() =>
        Assert.Contains("matches no file name", Assert.Throws<ArgumentException>(() => DatasetSplitter.Split(Set, new() { Group = ImageGroupKey.Parse("patient") })).Message);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(.6, .4)]
    [InlineData(-.1, .4)]
    [InlineData(double.NaN, 0)]
    public void Split_InvalidFractions_Throw(double val, double test) => Assert.Throws<ArgumentException>(() => DatasetSplitter.Split(Set, new() { Val = val, Test = test }));

    [Fact]
    public void Split_TooFewImages_Throws() =>
        Assert.Throws<ArgumentException>(() => DatasetSplitter.Split(Set with { Images = [Set.Images[0]] }));

    [Fact]
    public void Split_TwoImages_GivesEachSplitOne() =>
        Assert.All(DatasetSplitter.Split(Set with { Images = [.. Set.Images.Take(2)] }, new() { Val = .5 }), split => Assert.Single(split.Dataset.Images));

    [Fact]
    public void Folds_OfADataset_ArePartitionsWithEqualClasses()
    {
        var folds = DatasetSplitter.Folds(Set, 5);

        Assert.Equal(5, folds.Count);
        Assert.Equal(Set.Images, folds.SelectMany(fold => fold.Val.Images).OrderBy(image => image.Id));
        foreach (var fold in folds)
        {
            Assert.Equal(Set.Images, fold.Train.Images.Concat(fold.Val.Images).OrderBy(image => image.Id));
            Assert.Equal(200, fold.Val.Images.Count, 2.0);
            for (var category = 0; category < 5; category++)
                Assert.Equal(Count(Set, category) / 5.0, Count(fold.Val, category), 2.0);
        }
    }

    private static int Count(DetectionDataset set, int category) => set.Images.Count(image => image.Annotations.Any(annotation => annotation.Category == category));
}
