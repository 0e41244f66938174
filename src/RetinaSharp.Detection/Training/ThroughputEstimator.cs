namespace RetinaSharp.Detection.Training;

/// <summary>
/// Estimates throughput and remaining time of a training run, from the steps since it was started or resumed. Step times are smoothed exponentially. Time
/// between <see cref="Pause"/> and <see cref="Resume"/> does not count.
/// </summary>
/// <param name="firstStep">Number of steps done before the run was resumed; 0 in a new run.</param>
/// <param name="totalSteps">Number of steps of the whole run.</param>
/// <param name="clock">Measures the steps; null for the system's clock.</param>
internal sealed class ThroughputEstimator(long firstStep, long totalSteps, TimeProvider? clock = null)
{
    private const double ReportInterval = 1;

    // Seconds after which a step has lost 63 % of its weight.
    private const double SmoothingTime = 30;

    // A step that takes longer than this multiple of the average was probably suspended or waited for another process; its time is clamped to the multiple.
    private const double MaxSlowdown = 5;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long _startedAt;
    private TimeSpan _beforePause;
    private long _step = firstStep;
    private int _count;
    private double _sinceReport;

    // Weighted sums over the steps of this session.
    private double _seconds;
    private double _steps;
    private double _images;

    /// <summary>Throughput in images per second; 0 before the first step.</summary>
    public double ImagesPerSecond => _seconds > 0 ? _images / _seconds : 0;

    /// <summary>Estimated time of the remaining steps; zero before the first step.</summary>
    public TimeSpan Remaining => TimeSpan.FromSeconds(Math.Max(0, totalSteps - _step) * SecondsPerStep);

    /// <summary>
    /// Whether the progress should be reported after the last added step. That is so after the first step, then about once per second, and after the final
    /// step.
    /// </summary>
    public bool IsDue { get; private set; }

    private double SecondsPerStep => _steps > 0 ? _seconds / _steps : 0;

    public void Resume() => _startedAt = _clock.GetTimestamp();

    public void Pause() => _beforePause += _clock.GetElapsedTime(_startedAt);

    /// <summary>Adds a step that has just ended.</summary>
    /// <param name="step">Number of steps done, from the beginning of the run.</param>
    /// <param name="images">Number of images of the step.</param>
    public void Add(long step, int images)
    {
        var seconds = (_beforePause + _clock.GetElapsedTime(_startedAt)).TotalSeconds;
        Resume();
        _beforePause = TimeSpan.Zero;
        _step = step;
        _count++;
        _sinceReport += seconds;
        Average(seconds, images);
        IsDue = _count == 1 || _sinceReport >= ReportInterval || step == totalSteps;
        if (IsDue)
            _sinceReport = 0;
    }

    private void Average(double seconds, int images)
    {
        // The first step includes warm-up and the start of the loader, so the second one replaces it.
        var keep = 0.0;
        if (_count > 2)
        {
            seconds = Math.Min(seconds, MaxSlowdown * SecondsPerStep);
            keep = Math.Exp(-seconds / SmoothingTime);
        }

        _seconds = keep * _seconds + seconds;
        _steps = keep * _steps + 1;
        _images = keep * _images + images;
    }
}
