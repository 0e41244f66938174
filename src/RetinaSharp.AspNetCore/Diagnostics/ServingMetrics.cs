using System.Diagnostics.Metrics;

namespace RetinaSharp.AspNetCore.Diagnostics;

/// <summary>
/// Metrics of the service, in a meter named <see cref="MeterName"/>: <c>retinasharp.serving.queue.length</c>, <c>.queue.duration</c>, <c>.batch.size</c>, <c>.batch.duration</c>,
/// <c>.decode.duration</c>, <c>.images</c>, <c>.reloads</c>, <c>.rejected</c>. The time of the network and of postprocessing is in the meter of RetinaSharp.Inference.
/// </summary>
internal sealed class ServingMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "RetinaSharp.AspNetCore";

    private readonly Meter _meter;
    private readonly Counter<long> _rejected;

    /// <summary>Boundaries in seconds of the buckets of durations.</summary>
    public static double[] Seconds { get; } = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30];

    public ServingMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _rejected = _meter.CreateCounter<long>("retinasharp.serving.rejected", "{request}", "Number of requests that were not answered with detections, by reason.");
        QueueDuration = Duration("queue", "Time that a decoded image waits for its batch.");
        DecodeDuration = Duration("decode", "Time that decoding an image takes.");
        BatchDuration = Duration("batch", "Time from the start of a batch to its detections: scaling, network, postprocessing.");
        BatchSize = _meter.CreateHistogram<int>("retinasharp.serving.batch.size", "{image}", "Number of images in a batch.", tags: null,
            advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] });
        Images = _meter.CreateCounter<long>("retinasharp.serving.images", "{image}", "Number of images that were detected in.");
        Reloads = _meter.CreateCounter<long>("retinasharp.serving.reloads", "{load}", "Number of times that a replaced model file was loaded, by outcome.");
    }

    public Histogram<double> QueueDuration { get; }

    public Histogram<double> DecodeDuration { get; }

    public Histogram<double> BatchDuration { get; }

    public Histogram<int> BatchSize { get; }

    public Counter<long> Images { get; }

    public Counter<long> Reloads { get; }

    /// <summary>Counts a request that was not answered with detections.</summary>
    public void RecordRejected(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Creates the instrument of a model's queue length.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="length">Returns the current length.</param>
    public void ObserveQueue(string model, Func<int> length) => _meter.CreateObservableGauge("retinasharp.serving.queue.length",
        () => new Measurement<int>(length(), new KeyValuePair<string, object?>("model", model)), "{image}", "Number of images that are being decoded or wait for the network.");

    private Histogram<double> Duration(string what, string description) => _meter.CreateHistogram<double>(
        $"retinasharp.serving.{what}.duration", "s", description, tags: null, advice: new() { HistogramBucketBoundaries = Seconds });
}
