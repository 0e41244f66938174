using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Tests;

public class TelemetryTests
{
    [Fact]
    public async Task DetectAsync_Listened_RecordsImagesDurationsAndActivities()
    {
        var measurements = new ConcurrentQueue<(string Name, double Value)>();
        var activities = new ConcurrentQueue<Activity>();
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == Telemetry.Name) listener.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => measurements.Enqueue((instrument.Name, value)));
        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => measurements.Enqueue((instrument.Name, value)));
        meters.Start();
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(traces);
        using var test = new Activity("test").Start();
        using var detector = new ObjectDetector(new ColorEngine { Running = _ => Thread.Sleep(30) });

        await detector.DetectAsync(ColorImages.Paint(128, 64, (0, new Box(1, 2, 30, 40))));

        // Other tests detect at the same time, and these sleep less.
        var batch = measurements.Where(one => one.Name == "retinasharp.batch.duration").Max(one => one.Value);
        Assert.InRange(batch, .03, 30);
        Assert.Contains(measurements, one => one.Name == "retinasharp.images" && one.Value >= 1);
        Assert.Contains(measurements, one => one.Name == "retinasharp.image.duration" && one.Value >= .03);
        Assert.Contains(measurements, one => one.Name == "retinasharp.queue.duration" && one.Value >= 0);
        Assert.Contains(measurements, one => one.Name == "retinasharp.postprocess.duration" && one.Value >= 0);
        var detect = Assert.Single(activities, activity => activity.OperationName == "retinasharp.detect" && activity.TraceId == test.TraceId);
        var inference = Assert.Single(activities, activity => activity.OperationName == "retinasharp.inference" && activity.TraceId == test.TraceId);
        Assert.Equal(detect.SpanId, inference.ParentSpanId);
        Assert.Equal((1, 128, 64), (inference.GetTagItem("batch.images"), inference.GetTagItem("batch.width"), inference.GetTagItem("batch.height")));
    }

    [Fact]
    public async Task DetectAsync_EngineFails_ActivitiesHaveTheError()
    {
        var activities = new ConcurrentQueue<Activity>();
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(traces);
        using var test = new Activity("test").Start();
        using var detector = new ObjectDetector(new ColorEngine { Running = _ => throw new InvalidOperationException("no network") });

        await Assert.ThrowsAsync<InvalidOperationException>(() => detector.DetectAsync(ColorImages.Paint(128, 64)));

        var failed = activities.Where(activity => activity.TraceId == test.TraceId).ToList();
        Assert.Contains(failed, activity => activity.OperationName == "retinasharp.detect");
        Assert.All(failed, activity => Assert.Equal((ActivityStatusCode.Error, "no network"), (activity.Status, activity.StatusDescription)));
    }
}
