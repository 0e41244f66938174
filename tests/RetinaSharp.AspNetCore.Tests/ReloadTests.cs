using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Tests;

public sealed class ReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<TestEngine> _engines = new();
    private readonly ErrorLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_ReplacedUnderLoad_NoRequestFailsAndTheOldDetectorIsDisposed()
    {
        await using var service = await StartAsync();
        var old = _engines.Single();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var served = 0;
            for (; !stop.IsCancellationRequested; served++)
                await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
            return served;
        })).ToList();

        Replace("second model");
        await WaitAsync(() => _engines.Count == 2 && old.Engine.IsDisposed);
        await stop.CancelAsync();

        Assert.All(await Task.WhenAll(load), served => Assert.NotEqual(0, served));
        var before = _engines.Last().Batches.Length;
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
        Assert.Equal(before + 1, _engines.Last().Batches.Length);
        Assert.False(_engines.Last().Engine.IsDisposed);
    }

    [Fact]
    public async Task File_ReplacedWhileARequestRuns_ItFinishesOnTheOldDetector()
    {
        await using var service = await StartAsync();
        var old = _engines.Single();
        old.Hold();
        var running = service.PostImageAsync(TestEngine.Png());
        await old.EnteredAsync();

        Replace("second model");
        await WaitAsync(() => _engines.Count == 2 && _engines.Last().Batches.Length == 2);
        // The new one answers while the old one still has a request.
        await WaitAsync(() => service.PostImageAsync(TestEngine.Png(), "/v1/detect?timeout_ms=1000").Result.IsSuccessStatusCode);
        Assert.False(old.Engine.IsDisposed);
        old.Release();

        await TestService.ReadAsync(await running);
        await WaitAsync(() => old.Engine.IsDisposed);
    }

    [Fact]
    public async Task File_ReplacedByACorruptOne_TheOldDetectorServesUntilAGoodOneComes()
    {
        await using var service = await StartAsync();

        Replace("corrupt");
        await WaitAsync(() => !_log.Errors.IsEmpty);
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
        Assert.Contains("cannot be loaded", Assert.Single(_log.Errors));
        Assert.Contains("The previous model is still served", Assert.Single(_log.Errors));
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/health/ready")).StatusCode);

        Replace("third model");
        await WaitAsync(() => _engines.Count == 2 && _engines.First().Engine.IsDisposed);
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
    }

    [Fact]
    public async Task Path_ThatIsNoFile_IsLoadedOnce()
    {
        var loads = 0;
        await using var service = await TestService.StartAsync(options => options.ReloadInterval = TimeSpan.FromMilliseconds(5), model: options =>
        {
            (options.Path, var load) = ("a model of a registry", options.Load!);
            options.Load = path =>
            {
                Interlocked.Increment(ref loads);
                return load(path);
            };
        });

        // Many intervals.
        for (var request = 0; request < 20; request++)
        {
            await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task Release_CalledTwice_WaitsForTheRequestBothTimes()
    {
        await using var service = await StartAsync();
        var model = QueueTests.Model(service);
        var reference = model.Acquire();

        var (first, second) = (model.ReleaseAsync(), model.ReleaseAsync());
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        reference.Dispose();

        await Task.WhenAll(first, second).WaitAsync(TestService.Patience, TestContext.Current.CancellationToken);
        Assert.True(_engines.Single().Engine.IsDisposed);
    }

    private async Task<TestService> StartAsync()
    {
        Replace("first model");
        return await TestService.StartAsync(
            options => options.ReloadInterval = TimeSpan.FromMilliseconds(20),
            services => services.AddSingleton<ILoggerProvider>(_log),
            options => (options.Path, options.Load) = (_folder.At("model.onnx"), Load));
    }

    private ObjectDetector Load(string path)
    {
        if (File.ReadAllText(path) == "corrupt")
            throw new InvalidDataException("this is no model");
        var engine = new TestEngine();
        _engines.Enqueue(engine);
        return engine.Detector;
    }

    private void Replace(string text)
    {
        _folder.Write("new", text);
        File.Move(_folder.At("new"), _folder.At("model.onnx"), overwrite: true);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TestService.Patience);
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = new();

        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("RetinaSharp.", StringComparison.Ordinal) ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Errors.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
