using System.Diagnostics;

namespace RetinaSharp.Detection.Training;

/// <summary>How fast a training goes, over the steps since the last report.</summary>
internal sealed class Pace(long firstStep, long totalSteps)
{
    // Often enough to watch, seldom enough to cost nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _since = Stopwatch.GetTimestamp();
    private long _step;
    private long _sinceStep = firstStep;
    private int _images;

    public double ImagesPerSecond { get; private set; }

    public TimeSpan Remaining { get; private set; }

    /// <summary>Whether the last step made a report due.</summary>
    public bool IsDue { get; private set; }

    public void Add(long step, int images)
    {
        (_step, _images) = (step, _images + images);
        var elapsed = Stopwatch.GetElapsedTime(_since);
        IsDue = elapsed >= Interval || step == totalSteps;
        if (!IsDue)
            return;
        ImagesPerSecond = _images / elapsed.TotalSeconds;
        Remaining = elapsed * ((double)(totalSteps - _step) / (_step - _sinceStep));
        (_since, _sinceStep, _images) = (Stopwatch.GetTimestamp(), _step, 0);
    }
}
