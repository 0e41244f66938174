using System.Diagnostics.Metrics;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Pipelines;

namespace RetinaSharp.Inference.Tests.Pipelines;

public class InferenceQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task RunAsync_ManyCallers_AsManyRunAsTheEngineAllows(int concurrency)
    {
        var (running, most) = (0, 0);
        var gate = new Lock();
        var engine = new ColorEngine
        {
            MaxConcurrency = concurrency,
            Running = _ =>
            {
                lock (gate)
                    most = Math.Max(most, ++running);
                Thread.Sleep(10);
                lock (gate)
                    running--;
            },
        };
        using var queue = new InferenceQueue(engine);
        using var batch = Batch();

        var outputs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => queue.RunAsync(batch, default))).WaitAsync(Patience);

        Assert.Equal(20, outputs.Length);
        Assert.Equal(concurrency, most);
        Assert.InRange(engine.Threads.Count, 1, concurrency);
        Assert.All(engine.Threads.Keys, thread => Assert.False(thread.IsThreadPoolThread));
    }

    [Fact]
    public async Task RunAsync_CancelledWhileItWaits_EndsAtOnceAndNeverRuns()
    {
        using var release = new ManualResetEventSlim();
        var engine = new ColorEngine { Running = _ => release.Wait(Patience) };
        using var queue = new InferenceQueue(engine);
        using var batch = Batch();
        using var stop = new CancellationTokenSource();
        var first = queue.RunAsync(batch, default);
        var second = queue.RunAsync(batch, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
        Assert.False(first.IsCompleted);
        release.Set();
        (await first.WaitAsync(Patience)).Dispose();
        (await queue.RunAsync(batch, default).WaitAsync(Patience)).Dispose();
        Assert.Equal(2, engine.Batches.Count);
    }

    [Fact]
    public async Task RunAsync_EngineFails_ThrowsAndTheNextRuns()
    {
        var isFirst = true;
        using var queue = new InferenceQueue(new ColorEngine { Running = _ => { if (isFirst) { isFirst = false; throw new InvalidOperationException("first"); } } });
        using var batch = Batch();

        Assert.Equal("first", (await Assert.ThrowsAsync<InvalidOperationException>(() => queue.RunAsync(batch, default))).Message);
        (await queue.RunAsync(batch, default)).Dispose();
    }

    [Theory]
    [InlineData("retinasharp.queue.duration")]
    [InlineData("retinasharp.batch.duration")]
    public async Task RunAsync_ListenerFails_ThrowsAndTheNextRuns(string instrument)
    {
        var engine = new ColorEngine();
        using var queue = new InferenceQueue(engine);
        using var batch = Batch();
        (await queue.RunAsync(batch, default)).Dispose();
        // Other tests measure at the same time, so it fails on the thread of this queue only.
        var isFailing = true;
        using var meters = new MeterListener
        {
            InstrumentPublished = (one, listener) =>
            {
                if (one.Meter.Name == Telemetry.Name && one.Name == instrument)
                    listener.EnableMeasurementEvents(one);
            },
        };
        meters.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            if (Volatile.Read(ref isFailing) && engine.Threads.ContainsKey(Thread.CurrentThread))
                throw new InvalidOperationException("listener");
        });
        meters.Start();

        Assert.Equal("listener", (await Assert.ThrowsAsync<InvalidOperationException>(() => queue.RunAsync(batch, default).WaitAsync(Patience))).Message);

        Assert.Equal(0, engine.Outputs);
        Volatile.Write(ref isFailing, false);
        (await queue.RunAsync(batch, default).WaitAsync(Patience)).Dispose();
    }

    [Fact]
    public async Task Dispose_OneRunsAndOthersWait_FinishesTheOneAndRefusesTheOthers()
    {
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var engine = new ColorEngine { Running = _ => { entered.Set(); release.Wait(Patience); } };
        var queue = new InferenceQueue(engine);
        using var batch = Batch();
        var first = queue.RunAsync(batch, default);
        var others = Enumerable.Range(0, 5).Select(_ => queue.RunAsync(batch, default)).ToList();
        Assert.True(entered.Wait(Patience));

        var disposal = Task.Run(queue.Dispose);
        // It waits for the batch in the network.
        Assert.NotSame(disposal, await Task.WhenAny(disposal, Task.Delay(100)));
        Assert.False(engine.IsDisposed);
        release.Set();
        await disposal.WaitAsync(Patience);

        (await first).Dispose();
        foreach (var other in others)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => other.WaitAsync(Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => queue.RunAsync(batch, default));
        Assert.True(engine.IsDisposed);
        Assert.Single(engine.Batches);
        queue.Dispose();
    }

    private static ImageBatch Batch() => ImageBatch.Create([ColorImages.Paint(64, 64)], new(64, 128), new());
}
