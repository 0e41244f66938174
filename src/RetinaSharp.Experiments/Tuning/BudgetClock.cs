namespace RetinaSharp.Experiments.Tuning;

/// <summary>Measures the time that a search takes, over all sessions.</summary>
/// <param name="clock">The clock.</param>
/// <param name="before">Time of the earlier sessions.</param>
internal sealed class BudgetClock(TimeProvider clock, TimeSpan before)
{
    private long? _started;

    /// <summary>Time of all sessions.</summary>
    public TimeSpan Elapsed => _started is { } started ? before + clock.GetElapsedTime(started) : before;

    /// <summary>Starts the session.</summary>
    public void Start() => _started ??= clock.GetTimestamp();
}
