using System.Threading.Channels;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference.Tests;

public sealed class ObjectDetectorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Box Red = new(10, 12, 40, 36), Blue = new(70, 20, 90, 60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task DetectAsync_PathBytesStreamOrImage_FindsTheSame()
    {
        var engine = new ColorEngine();
        using var detector = new ObjectDetector(engine);
        var path = Write("two.png");
        var bytes = await File.ReadAllBytesAsync(path);

        var found = await detector.DetectAsync(path);

        Assert.Equal([0, 2], found.Select(one => one.Class));
        AssertNear(Red, found[0].Box);
        AssertNear(Blue, found[1].Box);
        Assert.Equal(found, await detector.DetectAsync(bytes));
        Assert.Equal(found, await detector.DetectAsync(new ReadOnlyMemory<byte>(bytes)));
        Assert.Equal(found, await detector.DetectAsync(new MemoryStream(bytes)));
        Assert.Equal(found, await detector.DetectAsync(Image.Load(path)));
        Assert.Equal(found, detector.Detect(path));
        Assert.Equal(found, detector.Detect(bytes.AsSpan()));
        Assert.Equal(found, (await detector.DetectAsync([Image.Load(path)])).Single());
        Assert.Equal(found, detector.DetectMany([path]).Single().Detections);
        Assert.Equal(found, await detector.DetectAsync(detector.Decode(path)));
        Assert.Equal(0, engine.Outputs);
    }

    [Fact]
    public async Task DetectAsync_Sliced_FindsTheSameObjects()
    {
        using var detector = new ObjectDetector(new ColorEngine(), new() { Tile = 64 });

        var found = await detector.DetectAsync(TwoObjects());

        Assert.Equal([0, 2], found.Select(one => one.Class));
        AssertNear(Red, found[0].Box, 2);
        AssertNear(Blue, found[1].Box, 2);
    }

    [Theory]
    [InlineData(64, null, true)]
    [InlineData(64, 0, false)]
    [InlineData(null, 0, false)]
    [InlineData(null, null, false)]
    [InlineData(null, 64, true)]
    public async Task DetectAsync_ModelTrainedOnSlices_UsesThemUnlessTheOptionsSayOtherwise(int? model, int? option, bool isSliced)
    {
        var regions = new List<ImageRegion>();
        var engine = new ColorEngine { Running = batch => regions.AddRange(batch.Regions) };
        using var detector = new ObjectDetector(new ColorEngine { Running = engine.Running, Model = engine.Model with { Tile = model } }, new() { Tile = option });

        var image = TwoObjects();
        Assert.Equal([0, 2], (await detector.DetectAsync(image)).Select(one => one.Class));

        ImageRegion[] expected = isSliced ? [.. new ImageSlices(64).Plan(image.Width, image.Height)] : [new(0, 0, image.Width, image.Height)];
        Assert.Equal(expected.ToHashSet(), regions.ToHashSet());
        Assert.Equal(expected.Length, regions.Count);
    }

    [Fact]
    public async Task DetectAsync_Options_ReplaceTheModels()
    {
        using var strict = new ObjectDetector(new ColorEngine(), new() { ScoreThreshold = .9, Input = new(32, 64) });

        Assert.Equal(new(32, 64), strict.Input);
        Assert.Equal(0, Assert.Single(await strict.DetectAsync(TwoObjects())).Class);
        Assert.Throws<ArgumentException>(() => new ObjectDetector(new ColorEngine(), new() { ScoreThreshold = 2 }));
        Assert.Throws<ArgumentException>(() => new ObjectDetector(new ColorEngine(), new() { Tile = 3 }));
    }

    [Fact]
    public async Task DetectAsync_CorruptFile_NamesIt()
    {
        using var detector = new ObjectDetector(new ColorEngine());
        var path = Path.Combine(_folder.FullName, "corrupt.png");
        await File.WriteAllTextAsync(path, "this is no image");

        Assert.Equal(path, (await Assert.ThrowsAsync<ImageException>(() => detector.DetectAsync(path))).File);
    }

    [Fact]
    public async Task DetectAsync_WhileTheNetworkIsBusy_HoldsNoPoolThread()
    {
        using var release = new ManualResetEventSlim();
        using var detector = new ObjectDetector(new ColorEngine { Running = _ => release.Wait(Patience) });
        var image = TwoObjects();
        var callers = Enumerable.Range(0, 200).Select(_ => detector.DetectAsync(image)).ToList();
        // As many blocked threads as there are callers would leave none for this, or make the pool grow.
        await Task.Delay(200);
        var threads = ThreadPool.ThreadCount;
        Assert.InRange(threads, 1, Environment.ProcessorCount + 40);

        release.Set();
        await Task.WhenAll(callers).WaitAsync(Patience);

        Assert.All(callers, caller => Assert.Equal([0, 2], caller.Result.Select(one => one.Class)));
    }

    [Fact]
    public async Task DetectAsync_CancelledWhileItWaits_ThrowsAtOnce()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var engine = new ColorEngine { Running = _ => { entered.Set(); release.Wait(Patience); } };
        using var detector = new ObjectDetector(engine);
        using var stop = new CancellationTokenSource();
        var first = detector.DetectAsync(TwoObjects());
        Assert.True(entered.Wait(Patience));
        var second = detector.DetectAsync(TwoObjects(), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
        Assert.False(first.IsCompleted);
        release.Set();
        Assert.Equal(2, (await first).Count);
        Assert.Single(engine.Batches);
    }

    [Fact]
    public async Task Dispose_CallersWait_TheyAreRefusedAndTheFirstFinishes()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var engine = new ColorEngine { Running = _ => { entered.Set(); release.Wait(Patience); } };
        var detector = new ObjectDetector(engine);
        var first = detector.DetectAsync(TwoObjects());
        Assert.True(entered.Wait(Patience));
        var waiting = Enumerable.Range(0, 8).Select(_ => detector.DetectAsync(TwoObjects())).ToList();

        var disposal = Task.Run(detector.Dispose);
        await Task.Delay(50);
        release.Set();
        await disposal.WaitAsync(Patience);

        Assert.Equal(2, (await first).Count);
        foreach (var one in waiting)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => one.WaitAsync(Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => detector.DetectAsync(TwoObjects()));
        Assert.Throws<ObjectDisposedException>(() => detector.DetectMany([TwoObjects()]).ToList());
        Assert.True(engine.IsDisposed);
        Assert.Equal(0, engine.Outputs);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(64, false)]
    [InlineData(null, true)]
    [InlineData(64, true)]
    public async Task Decode_AheadOfDetection_DetectsTheSame(int? tile, bool augmented)
    {
        var path = Path.Combine(_folder.FullName, "large.jpg");
        ColorImages.Paint(512, 256, (0, Red), (2, new Box(200, 50, 400, 200))).Save(path);
        using var detector = new ObjectDetector(new ColorEngine(), new() { Tile = tile, TestTimeAugmentation = augmented });
        using var ensemble = new EnsembleDetector([new(new ObjectDetector(new ColorEngine(), new() { Tile = tile, TestTimeAugmentation = augmented }))]);

        var decoded = detector.Decode(path);

        Assert.Equal(path, decoded.Path);
        var found = await detector.DetectAsync(path);
        Assert.NotEmpty(found);
        Assert.Equal(found, await detector.DetectAsync(decoded));
        // Again, because a decoded image stays.
        var many = await detector.DetectManyAsync(new[] { decoded, decoded }.ToAsyncEnumerable()).ToListAsync();
        Assert.All(many, image => Assert.Equal((512, 256, found.Count), (image.Width, image.Height, image.Detections.Count)));
        Assert.Equal(await ensemble.DetectAsync(path), await ensemble.DetectAsync(ensemble.Decode(path)));
    }

    [Fact]
    public async Task DetectManyAsync_EndlessPathsAbandoned_ReadsBoundedlyAndLeavesNothing()
    {
        var engine = new ColorEngine();
        using var detector = new ObjectDetector(engine);
        var path = Write("one.png");
        var given = 0;
        IEnumerable<string> Endless()
        {
            while (true)
            {
                Interlocked.Increment(ref given);
                yield return path;
            }
        }

        var found = await detector.DetectManyAsync(Endless(), batch: 2).Take(3).ToListAsync();

        Assert.Equal(3, found.Count);
        Assert.All(found, one => Assert.Equal((path, 120, 80, 2), (one.Path, one.Width, one.Height, one.Detections.Count)));
        // Two batches were used; at most one was postprocessed, two were in the network or waited for it, two scaled, and three images decoded.
        Assert.InRange(given, 4, 2 * (2 + 1 + 2 + 2) + 3);
        Assert.Equal(0, engine.Outputs);
    }

    [Fact]
    public async Task DetectManyAsync_LiveSourceOneByOne_EachComesOutBeforeTheNextGoesIn()
    {
        using var detector = new ObjectDetector(new ColorEngine());
        var live = Channel.CreateUnbounded<string>();
        var corrupt = Path.Combine(_folder.FullName, "corrupt.png");
        await File.WriteAllTextAsync(corrupt, "this is no image");
        var reported = Channel.CreateUnbounded<ImageException>();
        await using var found = detector.DetectManyAsync(live.Reader.ReadAllAsync(), batch: 1, onImageError: error => reported.Writer.TryWrite(error)).GetAsyncEnumerator();

        foreach (var name in (string[])["a.png", "b.png"])
        {
            var next = found.MoveNextAsync().AsTask();
            live.Writer.TryWrite(corrupt);
            Assert.Equal(corrupt, (await reported.Reader.ReadAsync().AsTask().WaitAsync(Patience)).File);
            Assert.False(next.IsCompleted);
            live.Writer.TryWrite(Write(name));
            Assert.True(await next.WaitAsync(Patience));
            Assert.EndsWith(name, found.Current.Path);
        }

        live.Writer.Complete();
        Assert.False(await found.MoveNextAsync().AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task DetectManyAsync_CancelledWhileTheSourceWaits_Throws()
    {
        using var detector = new ObjectDetector(new ColorEngine());
        using var stop = new CancellationTokenSource();
        var live = Channel.CreateUnbounded<string>();
        live.Writer.TryWrite(Write("a.png"));
        var seen = 0;

        var enumeration = Task.Run(async () =>
        {
            await foreach (var _ in detector.DetectManyAsync(live.Reader.ReadAllAsync(), batch: 1, cancellationToken: stop.Token))
            {
                seen++;
                stop.CancelAfter(50);
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => enumeration.WaitAsync(Patience));
        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task DetectManyAsync_SeveralAtATimeInTheNetwork_ResultsInOrder()
    {
        var engine = new ColorEngine { MaxConcurrency = 4, Running = batch => Thread.Sleep(batch.Indices[0] % 3 == 0 ? 20 : 1) };
        using var detector = new ObjectDetector(engine);
        var images = Enumerable.Range(0, 30).Select(i => ColorImages.Paint(120, 80, (i % 3, Red)));

        var found = await detector.DetectManyAsync(images, batch: 1).ToListAsync();

        Assert.Equal(Enumerable.Range(0, 30).Select(i => i % 3), found.Select(one => Assert.Single(one).Class));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (long)i), engine.Batches.SelectMany(batch => batch).Order());
    }

    [Fact]
    public void DetectMany_ArgumentsOutOfRange_ThrowsBeforeEnumeration()
    {
        using var detector = new ObjectDetector(new ColorEngine());

        Assert.Throws<ArgumentOutOfRangeException>(() => detector.DetectMany(Array.Empty<Image>(), batch: 0));
        Assert.Throws<ArgumentNullException>(() => detector.DetectMany((IEnumerable<string>)null!));
        Assert.Throws<ArgumentException>(() => detector.Detect(Array.Empty<Image>()));
        Assert.Empty(detector.DetectMany(Array.Empty<string>()));
    }

    private static Image TwoObjects() => ColorImages.Paint(120, 80, (0, Red), (2, Blue));

    private static void AssertNear(Box expected, Box actual, float tolerance = 1.5f)
    {
        Assert.Equal(expected.X1, actual.X1, tolerance);
        Assert.Equal(expected.Y1, actual.Y1, tolerance);
        Assert.Equal(expected.X2, actual.X2, tolerance);
        Assert.Equal(expected.Y2, actual.Y2, tolerance);
    }

    private string Write(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        TwoObjects().Save(path);
        return path;
    }
}
