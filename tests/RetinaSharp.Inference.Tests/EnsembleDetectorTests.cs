using System.Threading.Channels;
using RetinaSharp.Boxes;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Tests;

public sealed class EnsembleDetectorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Box Red = new(10, 12, 40, 36), Blue = new(70, 20, 90, 60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task DetectAsync_Members_AreMergedFromAnySource()
    {
        using var whole = new ObjectDetector(new ColorEngine());
        using var sliced = new ObjectDetector(new ColorEngine(), new() { Tile = 64, TestTimeAugmentation = true });
        using var ensemble = new EnsembleDetector([new(new ObjectDetector(new ColorEngine()), 2), new(new ObjectDetector(new ColorEngine(), new() { Tile = 64, TestTimeAugmentation = true }))]);
        var image = TwoObjects();
        var path = Write("two.png");

        var found = await ensemble.DetectAsync(image);

        Assert.Equal([0, 2], found.Select(one => one.Class));
        var (one, other) = (await whole.DetectAsync(image), await sliced.DetectAsync(image));
        for (var i = 0; i < 2; i++)
        {
            Assert.NotEqual(one[i].Box, other[i].Box);
            var (weight, otherWeight) = (2 * one[i].Score, other[i].Score);
            Assert.Equal((weight + otherWeight) / 3, found[i].Score, 1e-6f);
            Assert.Equal((weight * one[i].Box.X2 + otherWeight * other[i].Box.X2) / (weight + otherWeight), found[i].Box.X2, 1e-4f);
        }

        Assert.Equal(found, await ensemble.DetectAsync(path));
        Assert.Equal(found, await ensemble.DetectAsync(await File.ReadAllBytesAsync(path)));
        using var once = File.OpenRead(path);
        Assert.Equal(found, await ensemble.DetectAsync(once));
        Assert.Equal(found, Assert.Single(await ensemble.DetectManyAsync([image]).ToListAsync()));
    }

    [Fact]
    public async Task DetectAsync_DecodedAhead_GivesEachMemberThePixelsOfTheFile()
    {
        var path = Path.Combine(_folder.FullName, "large.jpg");
        ColorImages.Paint(512, 256, (0, Red), (2, new Box(200, 50, 400, 200))).Save(path);
        var pixels = new List<byte[]>();
        using var ensemble = Create(
            new ColorEngine { Running = Add }, new ColorEngine { Running = Add, Model = new() { Categories = ColorImages.Categories, Input = new(32, 64) } });
        var found = await ensemble.DetectAsync(path);

        var decoded = ensemble.Decode(path);
        File.Delete(path);

        Assert.Equal(found, await ensemble.DetectAsync(decoded));
        // A JPEG that is decoded in another size has other pixels.
        Assert.Equal(4, pixels.Count);
        Assert.Equal(pixels[0], pixels[2]);
        Assert.Equal(pixels[1], pixels[3]);
        var one = Assert.Single(await ensemble.DetectManyAsync(new[] { decoded }.ToAsyncEnumerable()).ToListAsync());
        Assert.Equal((path, 512, 256), (one.Path, one.Width, one.Height));
        Assert.Equal(found, one.Detections);

        void Add(ImageBatch batch)
        {
            lock (pixels)
                pixels.Add(batch.Pixels.ToArray());
        }
    }

    [Fact]
    public async Task DetectManyAsync_CorruptFiles_AreReportedOnceAndSkipped()
    {
        var engines = new[] { new ColorEngine(), new ColorEngine { MaxConcurrency = 3 } };
        using var ensemble = Create(engines);
        var (good, corrupt) = (Write("good.png"), Path.Combine(_folder.FullName, "corrupt.png"));
        await File.WriteAllTextAsync(corrupt, "this is no image");
        var (errors, done) = (new List<string>(), new List<int>());
        string[] paths = [corrupt, good, good, corrupt, corrupt, good, corrupt];

        var found = await ensemble.DetectManyAsync(paths, batch: 2, new Collected(done), error => errors.Add(error.File)).ToListAsync();

        Assert.Equal([good, good, good], found.Select(one => one.Path));
        Assert.All(found, one => Assert.Equal((120, 80, 2), (one.Width, one.Height, one.Detections.Count)));
        Assert.Equal([corrupt, corrupt, corrupt, corrupt], errors);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], done);
        Assert.Equal(corrupt, (await Assert.ThrowsAsync<ImageException>(async () => await ensemble.DetectManyAsync(paths).ToListAsync())).File);
        Assert.All(engines, engine => Assert.Equal(0, engine.Outputs));
    }

    [Fact]
    public async Task DetectManyAsync_Streams_AreReadOnceAndReturned()
    {
        using var ensemble = Create(new ColorEngine(), new ColorEngine());
        var bytes = await File.ReadAllBytesAsync(Write("two.png"));
        ImageSource[] sources = [.. Enumerable.Range(0, 9).Select(_ => ImageSource.FromStream(new MemoryStream(bytes)))];

        var found = await ensemble.DetectManyAsync(sources.ToAsyncEnumerable(), batch: 2).ToListAsync();

        Assert.Equal(sources, found.Select(one => one.Source));
        Assert.All(found, one => Assert.Equal(2, one.Detections.Count));
    }

    [Fact]
    public async Task DetectManyAsync_EndlessPathsAbandoned_ReadsBoundedlyAndLeavesNothing()
    {
        ColorEngine[] engines = [new(), new() { Running = _ => Thread.Sleep(5) }];
        using var ensemble = Create(engines);
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

        var found = await ensemble.DetectManyAsync(Endless(), batch: 2).Take(3).ToListAsync();

        Assert.Equal(3, found.Count);
        // As for a single detector: members are ahead of the merged results, not of each other.
        Assert.InRange(given, 4, 2 * (2 + 1 + 2 + 2) + 3);
        Assert.All(engines, engine => Assert.Equal(0, engine.Outputs));
    }

    [Fact]
    public async Task DetectManyAsync_LiveSource_EachComesOutBeforeTheNextGoesIn()
    {
        using var ensemble = Create(new ColorEngine(), new ColorEngine());
        var live = Channel.CreateUnbounded<string>();
        await using var found = ensemble.DetectManyAsync(live.Reader.ReadAllAsync(), batch: 1).GetAsyncEnumerator();

        foreach (var name in (string[])["a.png", "b.png"])
        {
            var next = found.MoveNextAsync().AsTask();
            live.Writer.TryWrite(Write(name));
            Assert.True(await next.WaitAsync(Patience));
            Assert.EndsWith(name, found.Current.Path);
        }

        live.Writer.Complete();
        Assert.False(await found.MoveNextAsync().AsTask().WaitAsync(Patience));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DetectManyAsync_CancelledOrAbandonedWhileTheSourceWaits_Ends(bool isCancelled)
    {
        using var ensemble = Create(new ColorEngine(), new ColorEngine());
        using var stop = new CancellationTokenSource();
        var live = Channel.CreateUnbounded<string>();
        live.Writer.TryWrite(Write("a.png"));

        var enumeration = Task.Run(async () =>
        {
            await foreach (var _ in ensemble.DetectManyAsync(live.Reader.ReadAllAsync(), batch: 1, cancellationToken: stop.Token))
            {
                if (!isCancelled)
                    break;
                stop.CancelAfter(50);
            }
        });

        if (isCancelled)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => enumeration.WaitAsync(Patience));
        else
            await enumeration.WaitAsync(Patience);
    }

    [Fact]
    public async Task DetectManyAsync_NetworkOfAMemberFails_Throws()
    {
        ColorEngine[] engines = [new(), new() { Running = _ => throw new InvalidDataException("broken") }];
        using var ensemble = Create(engines);
        var live = Channel.CreateUnbounded<string>();
        live.Writer.TryWrite(Write("a.png"));

        await Assert.ThrowsAsync<InvalidDataException>(() => ensemble.DetectManyAsync(live.Reader.ReadAllAsync(), batch: 1).ToListAsync().AsTask().WaitAsync(Patience));
        Assert.Equal(0, engines[0].Outputs);
    }

    [Fact]
    public async Task DetectAsync_ManyCallers_GetTheSame()
    {
        using var ensemble = Create(new ColorEngine { MaxConcurrency = 2 }, new ColorEngine());
        var image = TwoObjects();
        var expected = await ensemble.DetectAsync(image);

        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => ensemble.DetectAsync(image)))).WaitAsync(Patience);

        Assert.All(found, one => Assert.Equal(expected, one));
    }

    [Fact]
    public async Task Dispose_Ensemble_DisposesTheMembers()
    {
        ColorEngine[] engines = [new(), new()];
        var ensemble = Create(engines);

        ensemble.Dispose();
        ensemble.Dispose();

        Assert.All(engines, engine => Assert.True(engine.IsDisposed));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ensemble.DetectAsync(TwoObjects()));
        Assert.Throws<ObjectDisposedException>(() => ensemble.DetectMany([TwoObjects()]).ToList());
    }

    [Fact]
    public void Create_OptionsOutOfRange_Throws()
    {
        using var member = new ObjectDetector(new ColorEngine());

        Assert.Throws<ArgumentException>(() => new EnsembleDetector([]));
        foreach (var weight in (double[])[0, -1, double.NaN, double.PositiveInfinity])
            Assert.Contains("Weight", Assert.Throws<ArgumentException>(() => new EnsembleDetector([new(member), new(member, weight)])).Message);
        Assert.Contains("Score threshold 1", Assert.Throws<ArgumentException>(() => new EnsembleDetector([new(member)], new() { ScoreThreshold = 1 })).Message);
        Assert.Contains("IoU threshold 2", Assert.Throws<ArgumentException>(() => new EnsembleDetector([new(member)], new() { IouThreshold = 2 })).Message);
        Assert.Contains("Detections 0", Assert.Throws<ArgumentException>(() => new EnsembleDetector([new(member)], new() { MaxDetections = 0 })).Message);
        using var ensemble = new EnsembleDetector([new(member)]);
        Assert.Throws<ArgumentOutOfRangeException>(() => ensemble.DetectMany(Array.Empty<Image>(), batch: 0));
        Assert.Empty(ensemble.DetectMany(Array.Empty<string>()));
    }

    private static EnsembleDetector Create(params ColorEngine[] engines) => new([.. engines.Select(engine => new EnsembleMember(new ObjectDetector(engine)))]);

    private static Image TwoObjects() => ColorImages.Paint(120, 80, (0, Red), (2, Blue));

    private string Write(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        TwoObjects().Save(path);
        return path;
    }

    private sealed class Collected(List<int> reports) : IProgress<int>
    {
        public void Report(int value) => reports.Add(value);
    }
}
