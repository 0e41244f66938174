using System.Text;
using System.Text.Json;
using RetinaSharp.Cli.Watching;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Tests;

[Collection(BadInput.SharedModel.Name)]
public sealed class WatchTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string In => _folder.At("in");

    private string Out => _folder.At("out");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Watch_FolderWithACorruptImage_MovesAllWithTheirDetections()
    {
        Directory.CreateDirectory(In);
        string[] images = [.. Directory.EnumerateFiles(trained.Images, "*.png").Order(StringComparer.Ordinal).Take(3)];
        foreach (var image in images)
            File.Copy(image, Path.Combine(In, Path.GetFileName(image)));
        File.WriteAllBytes(Path.Combine(In, "corrupt.png"), File.ReadAllBytes(images[0])[..40]);
        File.WriteAllText(Path.Combine(In, "notes.txt"), "stays");
        // A name that is taken gets a number.
        Directory.CreateDirectory(Out);
        File.WriteAllText(Path.Combine(Out, Path.GetFileName(images[0])), "of another day");

        var ran = CommandResult.Retina("watch", In, "--model", trained.Run, "--out", Out, "--interval", ".05", "--until-empty", "--score-threshold", "0", "--draw", "--json");

        Assert.Equal(ExitCode.BadData, ran.Code);
        Assert.Contains("corrupt.png", ran.Error.ReplaceLineEndings(""));
        Assert.Equal((3, 1), (ran.Json.GetProperty("images").GetInt32(), ran.Json.GetProperty("failed").GetInt32()));
        Assert.Equal(["notes.txt"], Directory.EnumerateFiles(In).Select(Path.GetFileName));
        Assert.Equal(["corrupt.png"], Directory.EnumerateFiles(Path.Combine(Out, "failed")).Select(Path.GetFileName));
        var moved = images.Select((image, i) => Path.Combine(Out, i == 0 ? Path.GetFileNameWithoutExtension(image) + "-2.png" : Path.GetFileName(image))).ToArray();
        Assert.Equal(images.Select(File.ReadAllBytes), moved.Select(File.ReadAllBytes));
        foreach (var image in moved)
        {
            using var json = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(image, ".json")));
            Assert.Equal(Path.GetFileName(image), json.RootElement.GetProperty("file").GetString());
            Assert.NotEqual(0, json.RootElement.GetProperty("detections").GetArrayLength());
            Assert.True(File.Exists(Path.Combine(Out, "drawn", Path.GetFileNameWithoutExtension(image) + ".jpg")));
        }

        Assert.Empty(Directory.EnumerateFiles(Out, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task ArrivingFiles_GrowingFile_IsReturnedWhenItIsComplete()
    {
        Directory.CreateDirectory(In);
        var growing = Path.Combine(In, "growing.png");
        await File.WriteAllTextAsync(growing, "1", TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var looks = 0;
        var files = new ArrivingFiles(In, TimeSpan.FromMilliseconds(1)).WaitAsync(untilEmpty: false, Assert.Fail, stop.Token).GetAsyncEnumerator(stop.Token);

        var next = files.MoveNextAsync();
        for (; looks < 50 && !next.IsCompleted; looks++)
        {
            await File.AppendAllTextAsync(growing, "1", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(growing, DateTime.UtcNow.AddMinutes(looks));
        }

        Assert.True(await next);
        Assert.Equal(growing, files.Current.Path);
        // It stays, and is not returned again; cancellation ends the enumeration without an exception.
        next = files.MoveNextAsync();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        await stop.CancelAsync();
        Assert.False(await next);
    }

    [Fact]
    public async Task ArrivingFiles_FolderThatIsAway_IsReportedOnceEachTime()
    {
        var (reported, back) = (0, new TaskCompletionSource());
        using var stop = new CancellationTokenSource();
        var arriving = new ArrivingFiles(In, TimeSpan.FromMilliseconds(1));
        await using var files = arriving.WaitAsync(untilEmpty: false, message =>
        {
            Assert.Contains(In, message);
            if (++reported == 2)
                back.SetResult();
        }, stop.Token).GetAsyncEnumerator(stop.Token);

        var next = files.MoveNextAsync();
        _folder.Write("in/a.png", "1");
        Assert.True(await next);
        Directory.Delete(In, recursive: true);
        next = files.MoveNextAsync();
        await back.Task;
        await Task.Delay(50, TestContext.Current.CancellationToken);
        _folder.Write("in/b.png", "1");

        Assert.True(await next);
        Assert.Equal(_folder.At("in", "b.png"), files.Current.Path);
        Assert.Equal(2, reported);
    }

    [Fact]
    public async Task ArrivingFiles_UntilEmptyWithoutAFolder_Throws() =>
        await Assert.ThrowsAsync<DirectoryNotFoundException>(async () => await new ArrivingFiles(In, TimeSpan.Zero).WaitAsync(untilEmpty: true, Assert.Fail, TestContext.Current.CancellationToken).ToListAsync());

    [Fact]
    public async Task Frames_PpmStream_AreReadInOrder()
    {
        byte[] stream = [.. Frame(2, 1, 10), .. "P6\n# 1 2\n3 2# size\n#\n255\n"u8, .. Enumerable.Repeat((byte)'#', 18)];

        var frames = await new PpmFrames(new MemoryStream(stream)).ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal([(2, 1), (3, 2)], frames.Select(frame => (frame.Width, frame.Height)));
        Assert.Equal([10, 11, 12, 13, 14, 15], frames[0].Pixels.ToArray());
        Assert.Equal(Enumerable.Repeat((byte)'#', 18), frames[1].Pixels.ToArray());
    }

    [Fact]
    public async Task Frames_StreamThatStalls_CanBeCancelled()
    {
        using var stop = new CancellationTokenSource();
        var frames = new PpmFrames(new StalledStream()).ReadAsync(stop.Token).ToListAsync().AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => frames);
    }

    [Theory]
    [InlineData("P5\n1 1\n255\n", "P5")]
    [InlineData("P6\n0 1\n255\n", "width")]
    [InlineData("P6\n1 99999\n255\n", "height")]
    [InlineData("P6\n1 1\n65535\n", "65535")]
    [InlineData("P6\n1 1", "ends within its header")]
    [InlineData("P6\n2 2\n255\nabc", "3 of 12 bytes")]
    [InlineData("no image, but a long text", "starts with 'no'")]
    [InlineData("0123456789", "no PPM header")]
    [InlineData("P6\nx 2\n255\n", "no width")]
    public async Task Frames_NoPpm_ThrowsWithFrameAndRemedy(string text, string reason)
    {
        byte[] stream = [.. Frame(2, 1, 10), .. Encoding.ASCII.GetBytes(text)];

        var error = await Assert.ThrowsAsync<DatasetException>(async () => await new PpmFrames(new MemoryStream(stream)).ReadAsync(TestContext.Current.CancellationToken).ToListAsync());

        Assert.Contains(reason, error.Message);
        Assert.Contains("frame 2", error.Message);
        Assert.Contains("ffmpeg", error.Message);
    }

    [Fact]
    public void Watch_BadCall_IsRefused()
    {
        CommandResult.Retina("watch", In, "--model", trained.Run, "--out", Out).IsRefused(ExitCode.BadData, "no such folder");
        Directory.CreateDirectory(In);
        CommandResult.Retina("watch", In, "--model", trained.Run, "--out", In + "/").IsRefused(ExitCode.WrongUsage, "choose another folder");
        CommandResult.Retina("watch", In, "--model", trained.Run, "--out", Out, "--batch", "2").IsRefused(ExitCode.WrongUsage, "--batch");
        CommandResult.Retina("watch", In, "--model", trained.Run).IsRefused(ExitCode.WrongUsage, "--out");
        CommandResult.Retina("watch", In, "--model", _folder.At("none"), "--out", Out).IsRefused(ExitCode.BadData, "no such file");
        Assert.False(Directory.Exists(Out));
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("drawn")]
    public void Watch_FolderThatImagesMoveTo_IsRefused(string name)
    {
        var watched = Directory.CreateDirectory(Path.Combine(Out, name)).FullName;

        CommandResult.Retina("watch", watched, "--model", trained.Run, "--out", Out).IsRefused(ExitCode.WrongUsage, "choose another folder");
    }

    [Fact]
    public void Watch_LinkToAFolderThatImagesMoveTo_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        var (failed, link) = (Directory.CreateDirectory(Path.Combine(Out, "failed")).FullName, _folder.At("link"));
        Directory.CreateSymbolicLink(link, Out);

        CommandResult.Retina("watch", Out, "--model", trained.Run, "--out", link).IsRefused(ExitCode.WrongUsage, "choose another folder");
        CommandResult.Retina("watch", failed, "--model", trained.Run, "--out", link).IsRefused(ExitCode.WrongUsage, "choose another folder");
        CommandResult.Retina("watch", Path.Combine(link, "failed"), "--model", trained.Run, "--out", Out).IsRefused(ExitCode.WrongUsage, "choose another folder");
    }

    private static byte[] Frame(int width, int height, byte first) =>
        [.. Encoding.ASCII.GetBytes($"P6\n{width} {height}\n255\n"), .. Enumerable.Range(first, width * height * 3).Select(value => (byte)value)];

    /// <summary>A stream like that of a console: a read waits for data, whatever its token.</summary>
    private sealed class StalledStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(new TaskCompletionSource<int>().Task);
    }
}
