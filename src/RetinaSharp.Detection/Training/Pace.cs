using System.Diagnostics;

namespace RetinaSharp.Detection.Training;

/// <summary>How fast a training goes, over the steps since the last report. The clock stands still between <see cref="Pause"/> and <see cref="Go"/>.</summary>
internal sealed class Pace(long firstStep, long totalSteps)
{
    // Often enough to watch, seldom enough to cost nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Stopwatch _clock = new();
    private long _sinceStep = firstStep;
    private int _images;

    public double ImagesPerSecond { get; private set; }

    /// <summary>What the steps still to come will take.</summary>
    public TimeSpan Remaining { get; private set; }

    /// <summary>Whether the last step made a report due.</summary>
    public bool IsDue { get; private set; }

    public void Go() => _clock.Start();

    public void Pause() => _clock.Stop();

    public void Add(long step, int images)
    {
        _images += images;
        var elapsed = _clock.Elapsed;
        IsDue = elapsed >= Interval || step == totalSteps;
        if (!IsDue)
            return;
        ImagesPerSecond = _images / elapsed.TotalSeconds;
        Remaining = elapsed * ((double)(totalSteps - step) / (step - _sinceStep));
        (_sinceStep, _images) = (step, 0);
        _clock.Restart();
    }
}
