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
        Assert.Equal(120, new EpochOrder(120, repeats, 1).Count);
    }

    [Theory]
    [InlineData(1, 31)]
    [InlineData(1, 15)]
    [InlineData(120, 80)]
    public void Count_ClassBalanced_IsTheNumberOfImagesThoughTheSumIsRounded(int first, int second)
    {
        var set = Set([.. Enumerable.Range(0, first + second).Select(i => Image(i, [i < first ? 0 : 1]))]);

        var order = new EpochOrder(set.Images.Count, ImageRepeats.Compute(set, new() { ClassBalanced = true }), 1);

        Assert.Equal(first + second, order.Count);
        Assert.Equal(first + second, order.Create(0).Length);
    }

    [Fact]
    public void Compute_CrowdsAndEmptyImages_HaveNoClass()
    {
        var set = Set([Image(0, [0]), Image(1, []), Image(2, [1]) with { Annotations = [Image(2, [1]).Annotations[0] with { IsCrowd = true }] }]);

        Assert.Null(ImageRepeats.Compute(set, new()));
        // Class 0 is in a third of the images: sqrt(.75 · 3).
        Assert.Equal([1.5, 1, 1], ImageRepeats.Compute(set, new() { RepeatFactor = .75 })!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Create_ImagesOfFiles_IsTheOrderOfAllVersions(bool repeated)
    {
        double[]? repeats = repeated ? [.. Enumerable.Range(0, 200).Select(i => .3 + (i % 7 * .4))] : null;
        var order = new EpochOrder(200, repeats, 11, ShardWindows.Create([.. Enumerable.Range(0, 200).Select(i => Image(i, []))]));

        for (var epoch = 0; epoch < 20; epoch++)
        {
            Assert.Equal(Reference(200, repeats, 11, epoch), order.Create(epoch));
            var samples = order.Create(epoch);
            Assert.Same(samples, order.GetNeighbors(samples, 7));
        }
    }

    [Theory]
    [InlineData(15, 1)]
    [InlineData(16, 2)]
    [InlineData(40, 5)]
    [InlineData(47, 5)]
    public void Create_ImagesOfShards_ReadsAWindowOfShardsAfterTheOther(int shards, int windows)
    {
        var images = ShardedSet.Images(Enumerable.Range(0, shards).Select(i => 20 + (i % 3)));
        var order = new EpochOrder(images.Length, null, 7, ShardWindows.Create(images));

        var epochs = Enumerable.Range(0, 30).Select(order.Create).ToArray();

        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, images.Length), epoch.Order()));
        Assert.Equal(epochs[3], new EpochOrder(images.Length, null, 7, ShardWindows.Create(images)).Create(3));
        Assert.Equal(30, epochs.DistinctBy(epoch => string.Join(' ', epoch)).Count());
        Assert.NotEqual(epochs[0], new EpochOrder(images.Length, null, 8, ShardWindows.Create(images)).Create(0));
        foreach (var epoch in epochs)
        {
            // A shard is read from its first image to its last; as many are read at a time as a window has.
            var spans = epoch.Index().GroupBy(sample => images[sample.Item].Entry!.Shard).Select(shard => (First: shard.Min(sample => sample.Index), Last: shard.Max(sample => sample.Index))).ToArray();
            var atATime = Enumerable.Range(0, epoch.Length).Select(i => spans.Count(span => span.First <= i && i <= span.Last)).ToArray();
            Assert.InRange(atATime.Max(), 1, windows == 1 ? shards : 2 * ShardWindows.MinShards - 1);
            Assert.InRange(spans.Max(span => span.Last - span.First), epoch.Length / windows / 2, windows == 1 ? epoch.Length : 2 * epoch.Length / windows);
        }

        // Shards meet others in every epoch.
        if (windows > 1)
            Assert.True(epochs.Select(epoch => epoch.Take(100).Select(image => images[image].Entry!.Shard).Distinct().Order().Aggregate((all, one) => all + one)).Distinct().Count() > 20);
        if (windows == 1)
            Assert.Equal(Reference(images.Length, null, 7, 3), epochs[3]);
    }

    [Fact]
    public void Create_ImagesOfAWindow_AreInEveryOrder()
    {
        var images = ShardedSet.Images(Enumerable.Repeat(4, 16));
        var order = new EpochOrder(images.Length, null, 7, ShardWindows.Create(images));
        var places = new double[images.Length];
        const int epochs = 2000;

        for (var epoch = 0; epoch < epochs; epoch++)
            foreach (var (place, image) in order.Create(epoch).Index())
                places[image] += place;

        // The mean of places that are equally likely, 31.5, with a standard deviation of 18.5 / sqrt(2000) = .41.
        Assert.All(places, sum => Assert.InRange(sum / epochs, 31.5 - 2, 31.5 + 2));
    }

    [Fact]
    public void Create_RepeatsOfImagesInShards_StayInTheirWindow()
    {
        var images = ShardedSet.Images(Enumerable.Repeat(10, 32));
        double[] repeats = [.. Enumerable.Range(0, images.Length).Select(i => .5 + (i % 5 * .5))];
        var order = new EpochOrder(images.Length, repeats, 7, ShardWindows.Create(images));
        var counts = new int[images.Length];

        for (var epoch = 0; epoch < 400; epoch++)
        {
            var samples = order.Create(epoch);
            Assert.Equal(order.Count, samples.Length);
            foreach (var image in samples)
                counts[image]++;
            var quarter = samples.Length / 4;
            Assert.InRange(samples.Take(quarter - 20).Select(image => images[image].Entry!.Shard).Distinct().Count(), 8, 9);
        }

        for (var i = 0; i < counts.Length; i++)
            Assert.InRange(counts[i] / 400.0, repeats[i] - .15, repeats[i] + .15);
    }

    [Fact]
    public void GetNeighbors_ImagesOfShards_AreAWindowAroundTheSample()
    {
        var images = ShardedSet.Images(Enumerable.Repeat(10, 32));
        var order = new EpochOrder(images.Length, null, 7, ShardWindows.Create(images));
        var samples = order.Create(0);

        for (var i = 0; i < samples.Length; i++)
        {
            var neighbors = order.GetNeighbors(samples, i);
            Assert.Equal(80, neighbors.Count);
            Assert.Contains(samples[i], neighbors);
        }
    }

    [Fact]
    public void Create_ImagesOfFilesAndOfShards_HaveNoWindows() =>
        Assert.Null(ShardWindows.Create([.. ShardedSet.Images(Enumerable.Repeat(1, 40)), Image(0, [])]));

    // A copy of the code before there were shards.
    private static int[] Reference(int images, double[]? repeats, long seed, int epoch)
    {
        var order = new int[images];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var random = new RandomStream(seed, "order", epoch);
        random.Shuffle<int>(order);
        if (repeats is null)
            return order;
        var count = Math.Max(1, (int)repeats.Sum());
        var repeated = new List<int>(count + 1);
        var sum = random.NextDouble();
        foreach (var image in order)
        {
            var before = Math.Floor(sum);
            sum += repeats[image];
            for (var i = Math.Floor(sum) - before; i > 0; i--)
                repeated.Add(image);
        }

        if (repeated.Count < count)
            repeated.Add(order[^1]);
        var samples = repeated.ToArray();
        random.Shuffle<int>(samples);
        return samples[..count];
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
