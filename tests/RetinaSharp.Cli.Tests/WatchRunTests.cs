using System.Runtime.CompilerServices;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Watching;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Tests;

public sealed class WatchRunTests : IDisposable
{
    private static readonly byte[] Good = new Image(2, 1, new byte[6]).Encode(ImageEncoding.Png);

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _failed = [], _skipped = [];

    public WatchRunTests() => Directory.CreateDirectory(Out);

    private string In => _folder.At("in");

    private string Out => _folder.At("out");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Watch_FileOverwrittenDuringItsDetection_IsProcessedAgain()
    {
        var (latest, newer) = (Arrive("latest.png", Good), _folder.Write("newer.png", new Image(3, 1, new byte[9]).Encode(ImageEncoding.Png)));
        var expected = await File.ReadAllBytesAsync(newer, TestContext.Current.CancellationToken);
        using var skipped = new ManualResetEventSlim();
        var detections = 0;

        var watch = await RunAsync(
            detecting: () =>
            {
                if (++detections == 1)
                    File.Move(newer, latest, overwrite: true);
                else
                    skipped.Wait(TestContext.Current.CancellationToken);
            },
            skipped: skipped.Set);

        Assert.Equal((2, 1, 0), (detections, watch.Images, watch.Failed));
        Assert.Contains("has changed", Assert.Single(_skipped));
        Assert.Equal(["latest.json", "latest.png"], OutFiles());
        Assert.Equal(expected, await File.ReadAllBytesAsync(_folder.At("out", "latest.png"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Watch_FileThatVanishesDuringItsDetection_IsSkipped()
    {
        var image = Arrive("a.png", Good);

        var watch = await RunAsync(detecting: () => File.Delete(image), drawThreshold: .3);

        Assert.Equal((0, 0), (watch.Images, watch.Failed));
        Assert.Contains("has vanished", Assert.Single(_skipped));
        Assert.Empty(OutFiles());
    }

    [Fact]
    public async Task Watch_CorruptFileThatVanishes_IsSkipped()
    {
        var image = Arrive("a.png", Good[..20]);

        var watch = await RunAsync(detecting: () => File.Delete(image));

        Assert.Equal((0, 0), (watch.Images, watch.Failed));
        Assert.Contains("has vanished", Assert.Single(_skipped));
        Assert.Empty(_failed);
        Assert.Empty(OutFiles());
    }

    [Fact]
    public async Task Watch_CorruptFile_IsNamedAndMoves()
    {
        var image = Arrive("a.png", Good[..20]);

        var watch = await RunAsync();

        Assert.Equal((0, 1), (watch.Images, watch.Failed));
        Assert.StartsWith(image, Assert.Single(_failed));
        Assert.Equal(["failed/a.png"], OutFiles());
    }

    [Fact]
    public async Task Watch_DrawingsCannotBeWritten_EndsAndLeavesTheImage()
    {
        var image = Arrive("a.png", Good);
        _folder.Write("out/drawn", "no folder");

        var error = await Assert.ThrowsAsync<IOException>(() => RunAsync(drawThreshold: .3));

        Assert.Contains(_folder.At("out", "drawn"), error.Message);
        Assert.True(File.Exists(image));
        Assert.Equal(["drawn"], OutFiles());
    }

    [Fact]
    public async Task Watch_FileThatCannotBeRead_Stays()
    {
        var image = Arrive("a.png", Good);
        await using var user = new FileStream(image, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var watch = await RunAsync();

        Assert.Equal((0, 1), (watch.Images, watch.Failed));
        Assert.Contains("cannot be read", Assert.Single(_failed));
        Assert.True(File.Exists(image));
        Assert.Empty(OutFiles());
    }

    [Fact]
    public async Task Watch_FileThatCannotBeReadForAWhile_IsTriedAgain()
    {
        await using var user = new FileStream(Arrive("a.png", Good), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using var stop = new CancellationTokenSource();

        var watch = await RunAsync(failed: user.Dispose, done: stop.Cancel, untilEmpty: false, cancellationToken: stop.Token);

        Assert.Equal((1, 0), (watch.Images, watch.Failed));
        Assert.Single(_failed);
        Assert.Equal(["a.json", "a.png"], OutFiles());
    }

    [Fact]
    public async Task Watch_SameNameWithAnotherExtension_HasDetectionsOfItsOwn()
    {
        Arrive("a.jpg", Good);
        Arrive("a.png", Good);

        var watch = await RunAsync();

        Assert.Equal(2, watch.Images);
        string[] images = [.. OutFiles().Where(file => Path.GetExtension(file) != ".json")];
        Assert.Equal(2, images.Length);
        foreach (var image in images)
        {
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Out, Path.ChangeExtension(image, ".json")), TestContext.Current.CancellationToken));
            Assert.Equal(image, json.RootElement.GetProperty("file").GetString());
        }
    }

    // Of an earlier time, so that a file that replaces it has another one.
    private string Arrive(string name, byte[] bytes)
    {
        var path = _folder.Write(Path.Combine("in", name), bytes);
        File.SetLastWriteTimeUtc(path, new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        return path;
    }

    private async Task<Watch> RunAsync(
        Action? detecting = null, Action? done = null, Action? failed = null, Action? skipped = null, double? drawThreshold = null, bool untilEmpty = true, CancellationToken cancellationToken = default)
    {
        using var detector = new Blind(detecting);
        var watch = new Watch(detector, ClassFilter.Create(null, detector.Categories), new(Out, drawThreshold), _ => done?.Invoke(), message =>
        {
            _failed.Add(message);
            failed?.Invoke();
        }, message =>
        {
            _skipped.Add(message);
            skipped?.Invoke();
        });
        await watch.RunAsync(new ArrivingFiles(In, TimeSpan.FromMilliseconds(1)), untilEmpty, cancellationToken);
        return watch;
    }

    private IEnumerable<string> OutFiles() =>
        Directory.EnumerateFiles(Out, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Out, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    /// <summary>A detector that finds nothing.</summary>
    /// <param name="detecting">Called before each image is decoded.</param>
    private sealed class Blind(Action? detecting) : IObjectDetector
    {
        public IReadOnlyList<Category> Categories { get; } = [new(1, "thing")];

        public InputSize Input { get; } = new(64, 64);

        public Task<IReadOnlyList<DetectedObject>> DetectAsync(ImageSource image, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async IAsyncEnumerable<ImageDetections> DetectManyAsync(
            IAsyncEnumerable<ImageSource> images, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var image in images.WithCancellation(cancellationToken))
            {
                detecting?.Invoke();
                ((IObjectDetector)this).Decode(image);
                yield return new(image, 2, 1, []);
            }
        }

        public void Dispose()
        {
        }
    }
}
