using RetinaSharp.Datasets;
using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Tests.Data;

public class EpochOrderTests
{
    [Fact]
    public void Create_WithoutRepeats_IsAShuffleOfTheSeedAndTheEpoch()
    {
        var order = new EpochOrder(50, null, 7);

        Assert.Equal(Enumerable.Range(0, 50), order.Create(0).Order());
        Assert.Equal(order.Create(3), new EpochOrder(50, null, 7).Create(3));
        Assert.NotEqual(order.Create(0), order.Create(1));
        Assert.NotEqual(order.Create(0), new EpochOrder(50, null, 8).Create(0));
    }

    [Fact]
    public void Create_Repeats_AreRoundedAtRandomToTheirMean()
    {
        double[] repeats = [1, 1.3, 2.5, .25, 0, 4, 1.9, 1.05];
        var order = new EpochOrder(repeats.Length, repeats, 7);
        var counts = new int[repeats.Length];
        const int epochs = 4000;

        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var samples = order.Create(epoch);
            Assert.Equal(12, samples.Length);
            foreach (var (image, count) in samples.CountBy(image => image))
            {
                Assert.InRange(count, Math.Floor(repeats[image]) - 1, Math.Ceiling(repeats[image]));
                counts[image] += count;
            }
        }

        // Exactly 12 make an epoch.
        Assert.Equal(12, order.Count);
        for (var i = 0; i < repeats.Length; i++)
            Assert.InRange(counts[i] / (double)epochs, repeats[i] - .04, repeats[i] + .04);
        Assert.Equal(order.Create(5), new EpochOrder(repeats.Length, repeats, 7).Create(5));
    }

    [Fact]
    public void Compute_RepeatFactor_IsThatOfLvis()
    {
        // Of 100 images, all have class 0, 25 class 1, 4 class 2 and 1 class 3. With t = .16 the factors are sqrt(t / f): 1, 1, 2 and 4.
        var set = Set(100, (0, 100), (1, 25), (2, 4), (3, 1));

        var repeats = ImageRepeats.Compute(set, new() { RepeatFactor = .16 })!;

        Assert.Equal([4, 2, 2, 2], repeats.Take(4));
        Assert.All(repeats.Skip(4), one => Assert.Equal(1, one));
        Assert.Equal(106, new EpochOrder(100, repeats, 1).Count);

        // With t = .1 class 2 has sqrt(2.5), and class 3 sqrt(10).
        var fractional = ImageRepeats.Compute(set, new() { RepeatFactor = .1 })!;
        Assert.Equal(3.16227766, fractional[0], 8);
        Assert.Equal(1.58113883, fractional[1], 8);
        Assert.Equal(1, fractional[4]);
    }

    [Fact]
    public void Compute_ClassBalanced_ShowsEveryClassEquallyOften()
    {
        // Disjoint classes: 60, 30 and 10 images, and 20 without objects.
        var images = Enumerable.Range(0, 120).Select(i => Image(i, i < 60 ? [0] : i < 90 ? [1, 1] : i < 100 ? [2] : []));
        var set = Set([.. images]);

        var repeats = ImageRepeats.Compute(set, new() { ClassBalanced = true })!;

        Assert.Equal(100 / 3.0, repeats.Take(60).Sum(), 9);
        Assert.Equal(100 / 3.0, repeats.Skip(60).Take(30).Sum(), 9);
        Assert.Equal(100 / 3.0, repeats.Skip(90).Take(10).Sum(), 9);
        Assert.All(repeats.Skip(100), one => Assert.Equal(1, one));
        Assert.Equal(120, new EpochOrder(120, repeats, 1).Count, 1.0);
    }

    [Fact]
    public void Compute_CrowdsAndEmptyImages_HaveNoClass()
    {
        var set = Set([Image(0, [0]), Image(1, []), Image(2, [1]) with { Annotations = [Image(2, [1]).Annotations[0] with { IsCrowd = true }] }]);

        Assert.Null(ImageRepeats.Compute(set, new()));
        // Class 0 is in a third of the images: sqrt(.75 · 3).
        Assert.Equal([1.5, 1, 1], ImageRepeats.Compute(set, new() { RepeatFactor = .75 })!);
    }

    private static DetectionDataset Set(int count, params (int Class, int Images)[] classes) =>
        Set([.. Enumerable.Range(0, count).Select(i => Image(i, [.. classes.Where(one => i < one.Images).Select(one => one.Class)]))]);

    private static DetectionDataset Set(AnnotatedImage[] images) => new() { Source = "test", Categories = [.. Enumerable.Range(0, 4).Select(i => new Category(i, $"{i}"))], Images = images };

    private static AnnotatedImage Image(int id, int[] classes) => new()
    {
        Id = id,
        FileName = $"{id}.png",
        Path = $"{id}.png",
        Width = 64,
        Height = 64,
        Annotations = [.. classes.Select((category, i) => new Annotation { Id = i, Category = category, Box = new(1, 1, 9, 9), Area = 81 })],
    };
}
