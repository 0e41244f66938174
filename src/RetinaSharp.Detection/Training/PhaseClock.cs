using System.Diagnostics;

namespace RetinaSharp.Detection.Training;

/// <summary>Accumulates the time spent in each phase of training.</summary>
internal sealed class PhaseClock
{
    private readonly Dictionary<string, double> _seconds = [];
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>Seconds by phase since the last <see cref="Reset"/>.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>Adds the time since the last call to a phase.</summary>
    public void Lap(string phase)
    {
        var now = Stopwatch.GetTimestamp();
        _seconds[phase] = _seconds.GetValueOrDefault(phase) + Stopwatch.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
    }

    /// <summary>Discards the time since the last call.</summary>
    public void Skip() => _last = Stopwatch.GetTimestamp();

    public void Reset()
    {
        _seconds.Clear();
        Skip();
    }
}
