using System.Diagnostics;

namespace RetinaSharp.Detection.Training;

/// <summary>Adds up where time goes.</summary>
internal sealed class PhaseClock
{
    private readonly Dictionary<string, double> _seconds = [];
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>Seconds by phase since the last <see cref="Reset"/>.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>What happened since the last call belongs to this phase.</summary>
    public void Lap(string phase)
    {
        var now = Stopwatch.GetTimestamp();
        _seconds[phase] = _seconds.GetValueOrDefault(phase) + Stopwatch.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
    }

    /// <summary>What happened since the last call belongs to no phase.</summary>
    public void Skip() => _last = Stopwatch.GetTimestamp();

    public void Reset()
    {
        _seconds.Clear();
        Skip();
    }
}
