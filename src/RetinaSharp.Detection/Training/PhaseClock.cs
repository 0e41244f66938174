using System.Diagnostics;

namespace RetinaSharp.Detection.Training;

/// <summary>Accumulates the time spent in each phase of training, such as data, forward and backward.</summary>
internal sealed class PhaseClock
{
    private readonly Dictionary<string, double> _seconds = [];
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>Seconds spent in each phase since the last call of <see cref="Reset"/>.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>Adds the time since the last call of <see cref="Lap"/>, <see cref="Skip"/> or <see cref="Reset"/> to a phase.</summary>
    public void Lap(string phase)
    {
        var now = Stopwatch.GetTimestamp();
        _seconds[phase] = _seconds.GetValueOrDefault(phase) + Stopwatch.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
    }

    /// <summary>Discards the time since the last call of <see cref="Lap"/>, so that it counts for no phase.</summary>
    public void Skip() => _last = Stopwatch.GetTimestamp();

    public void Reset()
    {
        _seconds.Clear();
        Skip();
    }
}
