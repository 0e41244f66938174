namespace RetinaSharp.AspNetCore.Diagnostics;

/// <summary>Metrics of one model. Thread-safe.</summary>
/// <param name="metrics">The instruments.</param>
/// <param name="model">Name of the model, a tag of all measurements.</param>
internal sealed class ModelMetrics(ServingMetrics metrics, string model)
{
    // Weight of the latest batch in the moving average.
    private const double Latest = .2;

    private readonly KeyValuePair<string, object?> _model = new("model", model);
    private double _secondsPerImage;

    /// <summary>Exponential moving average of the seconds that an image takes in a batch; 0 before the first batch.</summary>
    public double SecondsPerImage => Volatile.Read(ref _secondsPerImage);

    public void RecordDecoded(TimeSpan duration) => metrics.DecodeDuration.Record(duration.TotalSeconds, _model);

    public void RecordQueued(TimeSpan duration) => metrics.QueueDuration.Record(duration.TotalSeconds, _model);

    public void RecordBatch(int images, TimeSpan duration)
    {
        metrics.BatchSize.Record(images, _model);
        metrics.BatchDuration.Record(duration.TotalSeconds, _model);
        metrics.Images.Add(images, _model);
        var seconds = duration.TotalSeconds / images;
        // Concurrent batches may overwrite each other's average, which is an estimate anyway.
        Volatile.Write(ref _secondsPerImage, SecondsPerImage is > 0 and var average ? average + Latest * (seconds - average) : seconds);
    }

    public void RecordReload(bool succeeded) => metrics.Reloads.Add(1, _model, new("outcome", succeeded ? "success" : "failure"));
}
