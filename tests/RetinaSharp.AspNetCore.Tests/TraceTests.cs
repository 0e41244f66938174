using System.Collections.Concurrent;
using System.Diagnostics;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Tests;

public class TraceTests
{
    [Fact]
    public async Task Detect_Listened_TheBatchLinksToItsRequestAndHoldsTheNetwork()
    {
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Telemetry.Name or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var service = await TestService.StartAsync();
        var trace = ActivityTraceId.CreateRandom();
        service.Client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");

        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));

        Assert.Single(activities, activity => activity.OperationName == "retinasharp.decode" && activity.TraceId == trace);
        // The batch stops after the response is sent.
        Activity? batch;
        using var limit = new CancellationTokenSource(TestService.Patience);
        while ((batch = activities.FirstOrDefault(activity => activity.Links.Any(link => link.Context.TraceId == trace))) is null)
            await Task.Delay(1, limit.Token);
        Assert.Equal(("retinasharp.serving.batch", 1), (batch.OperationName, batch.GetTagItem("batch.images")));
        Assert.Single(activities, activity => activity.OperationName == "retinasharp.inference" && activity.TraceId == batch.TraceId);
    }
}
