using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RetinaSharp.AspNetCore.Diagnostics;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Queueing;

/// <summary>Groups the images of all requests into batches and runs the detector on them.</summary>
internal sealed class BatchQueue : IAsyncDisposable
{
    private readonly IObjectDetector _detector;
    private readonly BatchQueueOptions _options;
    private readonly ModelMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WaitingImages _waiting;
    private readonly SemaphoreSlim _free;
    private readonly Task _work;

    // Unbounded, because an image has a place in QueueSlots before it comes here.
    private readonly Channel<QueuedImage> _arrivals = Channel.CreateUnbounded<QueuedImage>(new() { SingleReader = true });

    /// <summary>Creates the queue.</summary>
    /// <param name="detector">The detector; the caller disposes it after the queue.</param>
    /// <param name="options">Limits of batches.</param>
    /// <param name="metrics">Metrics of the model.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives errors of the detector.</param>
    public BatchQueue(IObjectDetector detector, BatchQueueOptions options, ModelMetrics metrics, TimeProvider time, ILogger logger)
    {
        (_detector, _options, _metrics, _time, _logger) = (detector, options, metrics, time, logger);
        _waiting = new(options.MaxBatch, options.MaxDelay, time);
        _free = new(options.Concurrency);
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Adds an image.</summary>
    public void Add(QueuedImage image)
    {
        if (!_arrivals.Writer.TryWrite(image) && image.TryTake())
            image.Fail(new ObjectDisposedException(nameof(BatchQueue)));
    }

    /// <summary>Takes no more images, and waits until the detector has run on those that are there.</summary>
    public async ValueTask DisposeAsync()
    {
        _arrivals.Writer.TryComplete();
        await _work.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            // Images gather while the detector is busy, so a batch is taken only when it can run.
            await _free.WaitAsync().ConfigureAwait(false);
            var batch = await NextAsync().ConfigureAwait(false);
            if (batch.Count == 0)
                break;
            _ = Task.Run(() => RunAsync(batch));
        }

        // This thread holds one permit; with the others, no batch is running.
        for (var i = 1; i < _options.Concurrency; i++)
            await _free.WaitAsync().ConfigureAwait(false);
    }

    /// <summary>Waits for a batch. Returns an empty one after the last.</summary>
    private async Task<IReadOnlyList<QueuedImage>> NextAsync()
    {
        while (true)
        {
            while (_arrivals.Reader.TryRead(out var image))
                _waiting.Add(image);
            var isLast = _arrivals.Reader.Completion.IsCompleted;
            if (_waiting.TakeBatch(isLast) is { Count: > 0 } batch)
                return batch;
            if (_waiting.Delay is not { } delay)
            {
                if (!await _arrivals.Reader.WaitToReadAsync().ConfigureAwait(false))
                    return [];
            }
            else if (delay > TimeSpan.Zero && !isLast)
            {
                await WaitForArrivalAsync(delay).ConfigureAwait(false);
            }
        }
    }

    private async Task WaitForArrivalAsync(TimeSpan delay)
    {
        using var limit = new CancellationTokenSource(delay, _time);
        try
        {
            await _arrivals.Reader.WaitToReadAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The oldest image has waited long enough.
        }
    }

    private async Task RunAsync(IReadOnlyList<QueuedImage> batch)
    {
        using var stop = new CancellationTokenSource();
        var abandoned = CancelWhenCompletedAsync(batch, stop);
        var done = 0;
        Activity? activity = null;
        try
        {
            activity = ServingTraces.StartBatch(batch);
            var started = _time.GetTimestamp();
            foreach (var image in batch)
                _metrics.RecordQueued(_time.GetElapsedTime(image.Queued, started));
            var images = batch.Select(image => image.Source!).ToAsyncEnumerable();
            await foreach (var found in _detector.DetectManyAsync(images, batch.Count, cancellationToken: stop.Token).ConfigureAwait(false))
            {
                if (done == batch.Count - 1)
                    _metrics.RecordBatch(batch.Count, _time.GetElapsedTime(started));
                batch[done++].Complete(found);
            }

            if (done < batch.Count)
                throw new InvalidOperationException($"The detector returned {done} results for {batch.Count} images.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // All clients have left or have their results.
        }
        catch (Exception error)
        {
            foreach (var image in batch.Skip(done))
                image.Fail(error);
            activity?.AddException(error).SetStatus(ActivityStatusCode.Error, error.Message);
            _logger.BatchFailed(batch.Count, error);
        }
        finally
        {
            _free.Release();
            activity?.Dispose();
            await abandoned.ConfigureAwait(false);
        }
    }

    /// <summary>Ends the work on a batch when the clients of all its images have left: slices of a large image may take long.</summary>
    private static async Task CancelWhenCompletedAsync(IReadOnlyList<QueuedImage> batch, CancellationTokenSource stop)
    {
        await Task.WhenAll(batch.Select(Task (image) => image.Result)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stop.CancelAsync().ConfigureAwait(false);
    }
}
