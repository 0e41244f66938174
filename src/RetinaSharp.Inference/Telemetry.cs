using System.Diagnostics;
using System.Diagnostics.Metrics;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference;

/// <summary>
/// Metrics and traces of inference, for OpenTelemetry or any <see cref="MeterListener"/> and <see cref="ActivityListener"/>. The meter and the
/// activity source both have the name <see cref="Name"/>.
/// </summary>
/// <remarks>
/// Instruments: <c>retinasharp.images</c> (counter, {image}: processed images), <c>retinasharp.image.duration</c> (histogram, s: time from
/// decoding an image to its detections), <c>retinasharp.batch.duration</c> (histogram, s: time that the network takes for a batch),
/// <c>retinasharp.queue.duration</c> (histogram, s: time that a batch waits for the network),
/// <c>retinasharp.postprocess.duration</c> (histogram, s: time from the network's outputs of a batch to its detections). Activities: <c>retinasharp.detect</c> for a
/// call of a detector, <c>retinasharp.inference</c> for a batch in the network, with the tags <c>batch.images</c>, <c>batch.width</c> and
/// <c>batch.height</c>.
/// </remarks>
public static class Telemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "RetinaSharp";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Images = Meter.CreateCounter<long>("retinasharp.images", "{image}", "Number of images that were processed.");
    private static readonly Histogram<double> ImageDuration = Meter.CreateHistogram<double>("retinasharp.image.duration", "s", "Time from decoding an image to its detections.");
    private static readonly Histogram<double> BatchDuration = Meter.CreateHistogram<double>("retinasharp.batch.duration", "s", "Time that the network takes for a batch.");
    private static readonly Histogram<double> QueueDuration = Meter.CreateHistogram<double>("retinasharp.queue.duration", "s", "Time that a batch waits for the network.");
    private static readonly Histogram<double> PostprocessDuration = Meter.CreateHistogram<double>("retinasharp.postprocess.duration", "s", "Time from the network's outputs of a batch to its detections.");

    /// <summary>Returns the current time stamp, to be passed to the <c>Record</c> methods later.</summary>
    internal static long Now() => Stopwatch.GetTimestamp();

    /// <summary>Starts the activity of a call that detects objects. Returns null if no listener is registered.</summary>
    internal static Activity? StartDetection() => Source.StartActivity("retinasharp.detect");

    /// <summary>Starts the activity of a batch in the network. Returns null if no listener is registered.</summary>
    internal static Activity? StartInference(ImageBatch batch, ActivityContext parent)
    {
        var activity = Source.StartActivity("retinasharp.inference", ActivityKind.Internal, parent);
        activity?.SetTag("batch.images", batch.Count).SetTag("batch.width", batch.Width).SetTag("batch.height", batch.Height);
        return activity;
    }

    /// <summary>Marks an activity as failed with an exception; does nothing if it is null.</summary>
    internal static void Fail(Activity? activity, Exception error) => activity?.AddException(error).SetStatus(ActivityStatusCode.Error, error.Message);

    /// <summary>Counts processed images, and records for each the time since <paramref name="started"/>.</summary>
    internal static void RecordImages(int images, long started)
    {
        Images.Add(images);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        for (var i = 0; i < images; i++)
            ImageDuration.Record(seconds);
    }

    /// <summary>Records the time that a batch waited for the network, since <paramref name="queued"/>.</summary>
    internal static void RecordQueued(long queued) => QueueDuration.Record(Stopwatch.GetElapsedTime(queued).TotalSeconds);

    /// <summary>Records the time that the network took for a batch, since <paramref name="started"/>.</summary>
    internal static void RecordBatch(long started) => BatchDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);

    /// <summary>Records the time that postprocessing of a batch took, since <paramref name="started"/>.</summary>
    internal static void RecordPostprocessed(long started) => PostprocessDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
}
