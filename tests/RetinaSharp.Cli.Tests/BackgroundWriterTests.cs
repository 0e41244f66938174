using RetinaSharp.Cli.Verbs;

namespace RetinaSharp.Cli.Tests;

public sealed class BackgroundWriterTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    [Fact]
    public void Add_OneWorker_RunsWorkInOrder()
    {
        var done = new List<int>();
        using var writer = new BackgroundWriter(workers: 1, capacity: 3);

        for (var i = 0; i < 20; i++)
        {
            var number = i;
            writer.Add(() => done.Add(number));
        }

        writer.Complete();
        Assert.Equal(Enumerable.Range(0, 20), done);
    }

    [Fact]
    public async Task Add_FullQueue_BlocksUntilTheOldestIsDone()
    {
        using var release = new ManualResetEventSlim();
        using var writer = new BackgroundWriter(workers: 2, capacity: 2);
        var added = 0;
        var adding = Task.Run(() =>
        {
            for (var i = 0; i < 3; i++)
            {
                writer.Add(release.Wait);
                Interlocked.Increment(ref added);
            }
        });

        SpinWait.SpinUntil(() => Volatile.Read(ref added) == 2);
        Assert.False(adding.IsCompleted);
        release.Set();
        await adding;
        writer.Complete();
    }

    [Fact]
    public void Complete_SeveralFail_ThrowsTheFirstInOrder()
    {
        using var second = new ManualResetEventSlim();
        using var writer = new BackgroundWriter(workers: 2, capacity: 4);
        writer.Add(() =>
        {
            second.Wait();
            throw new IOException("first");
        });
        writer.Add(() =>
        {
            second.Set();
            throw new IOException("second");
        });

        Assert.Equal("first", Assert.Throws<IOException>(writer.Complete).Message);
    }

    [Fact]
    public async Task Dispose_RunningWork_WaitsForIt()
    {
        using ManualResetEventSlim started = new(), release = new();
        var finished = false;
        var writer = new BackgroundWriter(workers: 1, capacity: 4);
        writer.Add(() =>
        {
            started.Set();
            release.Wait();
            finished = true;
        });
        started.Wait();

        var disposing = Task.Run(writer.Dispose);
        Assert.False(disposing.IsCompleted);
        release.Set();
        await disposing;

        Assert.True(finished);
    }

    [Fact]
    public void Detect_DrawingThatCannotBeWritten_ExitsWith3AndLeavesNoPartialFile()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("out", "01.png"));

        var ran = CommandResult.Retina("detect", trained.Run, trained.Images, "--out", folder.At("out"));

        ran.IsRefused(ExitCode.BadData, "01.png", "cannot be written");
        Assert.Empty(Directory.GetFiles(folder.At("out"), "*.tmp"));
        Assert.False(File.Exists(folder.At("out", "detections.json")));
    }

    [Fact]
    public void Detect_ManyFiles_WritesADrawingForEach()
    {
        using var folder = new TemporaryFolder();

        CommandResult.Retina("detect", trained.Run, trained.Images, "--out", folder.At("out")).IsDone();

        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => $"{i:00}.png").Append("detections.json"),
            Directory.GetFiles(folder.At("out")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }
}
