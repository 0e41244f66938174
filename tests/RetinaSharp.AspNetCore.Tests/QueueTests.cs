using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RetinaSharp.AspNetCore.Models;

namespace RetinaSharp.AspNetCore.Tests;

public class QueueTests
{
    // Longer than images need to be decoded, so that all of a size are there when their batch is due.
    private static readonly TimeSpan LongDelay = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Detect_ImagesOfTwoSizes_FormABatchPerSize()
    {
        await using var service = await TestService.StartAsync(options => options.MaxDelay = LongDelay);
        service.Engine.Hold();
        var first = service.PostImageAsync(TestEngine.Png());
        await service.Engine.EnteredAsync();

        List<Task<HttpResponseMessage>> others = [];
        foreach (var isTall in (bool[])[false, true, false, true, false])
        {
            others.Add(service.PostImageAsync(isTall ? TestEngine.Png(64, 128) : TestEngine.Png()));
            await WaitForQueueAsync(service, others.Count);
        }

        service.Engine.Release();
        foreach (var response in await Task.WhenAll([first, .. others]))
            await TestService.ReadAsync(response);
        Assert.Equal([1, 3, 2], service.Engine.Batches);
    }

    [Fact]
    public async Task Detect_MoreImagesThanABatch_RunInSeveral()
    {
        await using var service = await TestService.StartAsync(options => (options.MaxBatch, options.MaxDelay) = (2, LongDelay));
        service.Engine.Hold();
        var first = service.PostImageAsync(TestEngine.Png());
        await service.Engine.EnteredAsync();

        var others = Enumerable.Range(0, 5).Select(_ => service.PostImageAsync(TestEngine.Png())).ToList();
        await WaitForQueueAsync(service, 5);
        service.Engine.Release();

        foreach (var response in await Task.WhenAll([first, .. others]))
            await TestService.ReadAsync(response);
        Assert.Equal([1, 2, 2, 1], service.Engine.Batches);
    }

    [Fact]
    public async Task Detect_ClientLeaves_TheImageNeverRuns()
    {
        await using var service = await TestService.StartAsync();
        service.Engine.Hold();
        var first = service.PostImageAsync(TestEngine.Png());
        await service.Engine.EnteredAsync();
        using var client = new CancellationTokenSource();
        var left = service.PostImageAsync(TestEngine.Png(), cancellationToken: client.Token);
        await WaitForQueueAsync(service, 1);

        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await WaitForQueueAsync(service, 0);
        service.Engine.Release();

        await TestService.ReadAsync(await first);
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
        Assert.Equal([1, 1], service.Engine.Batches);
    }

    [Fact]
    public async Task Detect_QueueIsFull_Is429WithRetryAfter()
    {
        await using var service = await TestService.StartAsync(options => options.QueueLength = 2);
        service.Engine.Hold();
        var first = service.PostImageAsync(TestEngine.Png());
        await service.Engine.EnteredAsync();
        Task<HttpResponseMessage>[] waiting = [service.PostImageAsync(TestEngine.Png()), service.PostImageAsync(TestEngine.Png())];
        await WaitForQueueAsync(service, 2);

        var refused = await service.PostImageAsync(TestEngine.Png());

        await TestService.ReadProblemAsync(refused, HttpStatusCode.TooManyRequests, "queue_full");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        service.Engine.Release();
        foreach (var response in await Task.WhenAll([first, .. waiting]))
            await TestService.ReadAsync(response);
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
    }

    [Fact]
    public async Task Detect_TwoBatchesConcurrently_ASecondOneEntersTheNetwork()
    {
        var engine = new TestEngine(concurrency: 2);
        await using var service = await TestService.StartAsync(options => options.MaxBatch = 1, model: options => (options.Load, options.Concurrency) = (_ => engine.Detector, 2));
        engine.Hold();

        Task<HttpResponseMessage>[] responses = [.. Enumerable.Range(0, 3).Select(_ => service.PostImageAsync(TestEngine.Png()))];
        using var limit = new CancellationTokenSource(TestService.Patience);
        while (engine.Batches.Length < 2)
            await Task.Delay(1, limit.Token);
        await WaitForQueueAsync(service, 1);
        engine.Release();

        foreach (var response in await Task.WhenAll(responses))
            await TestService.ReadAsync(response);
        Assert.Equal([1, 1, 1], engine.Batches);
    }

    [Fact]
    public async Task Detect_Overload_EveryRequestIsAnsweredOnceAndWithItsOwnImage()
    {
        const int clients = 24, requests = 20;
        await using var service = await TestService.StartAsync(options => (options.QueueLength, options.MaxBatch) = (6, 4));
        service.Engine.Hold();
        service.Engine.Release();
        var images = Enumerable.Range(0, clients).Select(i => TestEngine.Png(side: 16 + i)).ToArray();

        var answered = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var (served, refused) = (0, 0);
            for (var request = 0; request < requests; request++)
            {
                using var response = await service.PostImageAsync(images[client]);
                if (response.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    refused++;
                    continue;
                }

                var box = (await TestService.ReadAsync(response)).GetProperty("detections")[0].GetProperty("box");
                Assert.Equal(24 + client, Math.Round(box[2].GetDouble()));
                served++;
            }

            return (served, refused);
        })));

        var (served, refused) = (answered.Sum(client => client.served), answered.Sum(client => client.refused));
        Assert.Equal(clients * requests, served + refused);
        Assert.NotEqual(0, refused);
        // Without the runs of the warm-up, which Hold forgot.
        Assert.Equal(served, service.Engine.Batches.Sum());
        Assert.Equal(0, Model(service).Slots.Used);
    }

    [Fact]
    public async Task Detect_RequestWithMoreImagesThanTheQueue_Is413()
    {
        await using var service = await TestService.StartAsync(options => options.QueueLength = 1);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestEngine.Png()), "a" }, { new ByteArrayContent(TestEngine.Png()), "b" } };

        await TestService.ReadProblemAsync(await service.Client.PostAsync("/v1/detect", form), HttpStatusCode.RequestEntityTooLarge, "too_many_images");
    }

    [Fact]
    public async Task Stop_RequestsWait_AreFinishedAndNewOnesRefused()
    {
        await using var service = await TestService.StartAsync(options => options.MaxBatch = 1);
        service.Engine.Hold();
        Task<HttpResponseMessage>[] accepted = [service.PostImageAsync(TestEngine.Png()), service.PostImageAsync(TestEngine.Png())];
        await service.Engine.EnteredAsync();
        await WaitForQueueAsync(service, 1);

        service.Application.Lifetime.StopApplication();
        await TestService.ReadProblemAsync(await service.PostImageAsync(TestEngine.Png()), HttpStatusCode.ServiceUnavailable, "stopping");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.Client.GetAsync("/health/ready")).StatusCode);
        var stopped = service.Application.StopAsync();
        Assert.False(stopped.IsCompleted);
        service.Engine.Release();

        foreach (var response in await Task.WhenAll(accepted))
            await TestService.ReadAsync(response);
        await stopped.WaitAsync(TestService.Patience);
        Assert.True(service.Engine.Engine.IsDisposed);
    }

    internal static ServedModel Model(TestService service) => service.Application.Services.GetRequiredService<ModelCatalog>().Models[0];

    internal static async Task WaitForQueueAsync(TestService service, int images)
    {
        using var limit = new CancellationTokenSource(TestService.Patience);
        while (Model(service).Slots.Used != images)
            await Task.Delay(1, limit.Token);
    }
}
