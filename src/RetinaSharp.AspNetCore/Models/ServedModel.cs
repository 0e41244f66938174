using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RetinaSharp.AspNetCore.Diagnostics;
using RetinaSharp.AspNetCore.Queueing;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Models;

/// <summary>A model of the service: the detector that serves it now, and its replacement when the file changes.</summary>
internal sealed class ServedModel
{
    // Retry-After of a full queue, in seconds.
    private const double MinRetry = 1, MaxRetry = 60;

    private readonly ServedModelOptions _options;
    private readonly ServingOptions _serving;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _loading = new();
    private LoadedDetector? _current;
    private FileFingerprint _attempted, _seen;
    private bool _isAttempted;
    private volatile bool _hasFailed;
    private Task _load = Task.CompletedTask;
    private Task? _release;
    private volatile bool _isStopping;

    public ServedModel(string name, ServedModelOptions options, ServingOptions serving, ServingMetrics metrics, TimeProvider time, ILogger logger)
    {
        (Name, _options, _serving, _time, _logger) = (name, options, serving, time, logger);
        Slots = new(serving.QueueLength);
        Metrics = new(metrics, name);
        metrics.ObserveQueue(name, () => Slots.Used);
    }

    /// <summary>Name of the model in URLs.</summary>
    public string Name { get; }

    /// <summary>Version of the model.</summary>
    public string Version => _options.Version;

    /// <summary>The places for waiting images.</summary>
    public QueueSlots Slots { get; }

    /// <summary>Metrics of the model.</summary>
    public ModelMetrics Metrics { get; }

    /// <summary>Whether requests are served.</summary>
    public bool IsReady => !_isStopping && Volatile.Read(ref _current) is not null;

    /// <summary>Adds a reference to the current detector. The caller disposes it.</summary>
    /// <exception cref="RequestException">The model is not loaded, or the service stops.</exception>
    public LoadedDetector Acquire()
    {
        while (true)
        {
            if (_isStopping)
                throw RequestException.Unavailable("stopping", "The service is stopping.");
            var current = Volatile.Read(ref _current) ?? throw (_hasFailed
                // The reason may name files of this machine, which are none of the client's business.
                ? RequestException.Unavailable("not_loaded", $"Model {Name} could not be loaded; the service's log has the reason.")
                : RequestException.Unavailable("starting", $"Model {Name} is being loaded: try again in a moment."));
            if (current.TryAddReference())
                return current;
        }
    }

    /// <summary>Reserves places in the queue for the images of a request.</summary>
    /// <exception cref="RequestException">Too many images are waiting.</exception>
    public QueueSlots.Slot[] Reserve(int images)
    {
        if (images > Slots.Count)
            throw RequestException.TooManyImages(Slots.Count);
        return Slots.TryReserve(images) ?? throw QueueFull();
    }

    /// <summary>As <see cref="Acquire"/>, but refuses a request that would be refused later in any case, before its body is read.</summary>
    /// <exception cref="RequestException">The model is not ready, or its queue is full.</exception>
    public LoadedDetector AcquireFree() => Slots.IsFull && IsReady ? throw QueueFull() : Acquire();

    /// <summary>Loads the model if its file is new: at the first call, and when the file was replaced and has not changed since the call before.</summary>
    public async Task RefreshAsync()
    {
        var found = FileFingerprint.Read(_options.Path);
        var isStable = found == _seen;
        _seen = found;
        if (_isAttempted && (found == default || found == _attempted || !isStable))
            return;
        (_attempted, _isAttempted) = (found, true);
        lock (_loading)
        {
            if (_isStopping)
                return;
            _load = Task.Factory.StartNew(Load, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        await _load.ConfigureAwait(false);
    }

    /// <summary>Refuses new requests from now on.</summary>
    public void Stop()
    {
        // After this, no load begins, so that the one that ReleaseAsync waits for is the last.
        lock (_loading)
            _isStopping = true;
    }

    /// <summary>Disposes the detector after its last request, and after it is loaded if that is under way.</summary>
    public Task ReleaseAsync()
    {
        Stop();
        lock (_loading)
            return _release ??= ReleaseCurrentAsync();
    }

    private async Task ReleaseCurrentAsync()
    {
        await _load.ConfigureAwait(false);
        if (Interlocked.Exchange(ref _current, null) is not { } current)
            return;
        current.Dispose();
        await current.Disposed.ConfigureAwait(false);
    }

    private void Load()
    {
        var started = Stopwatch.GetTimestamp();
        LoadedDetector? previous;
        IObjectDetector? detector = null;
        try
        {
            detector = _options.Load!(_options.Path);
            WarmUp(detector);
            var queue = new BatchQueue(detector, new(_serving.MaxBatch, _serving.MaxDelay, _options.Concurrency), Metrics, _time, _logger);
            previous = Interlocked.Exchange(ref _current, new(detector, queue, _time.GetUtcNow(), _logger));
        }
        catch (Exception error)
        {
            detector?.Dispose();
            _hasFailed = true;
            var isReload = Volatile.Read(ref _current) is not null;
            if (isReload)
                Metrics.RecordReload(succeeded: false);
            _logger.ModelFailed(Name, _options.Path, isReload ? "The previous model is still served." : "The model is not served.", error);
            return;
        }

        _logger.ModelLoaded(Name, _options.Path, Stopwatch.GetElapsedTime(started).TotalSeconds);
        if (previous is null)
            return;
        previous.Dispose();
        _logger.ModelReplaced(Name, _options.Path);
        Metrics.RecordReload(succeeded: true);
    }

    private void WarmUp(IObjectDetector detector)
    {
        var (width, height) = (detector.Input.Long, detector.Input.Short);
        var empty = new Image(width, height, new byte[3 * width * height]);
        for (var run = 0; run < _serving.WarmUpRuns; run++)
            detector.Detect(empty);
    }

    private RequestException QueueFull() =>
        RequestException.QueueFull(TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(Slots.Used * Metrics.SecondsPerImage), MinRetry, MaxRetry)));
}
