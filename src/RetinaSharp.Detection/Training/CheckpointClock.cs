using System.Diagnostics;

namespace RetinaSharp.Detection.Training;

/// <summary>Says when a checkpoint is due.</summary>
/// <param name="every">Most time between two, and so the most work that a crash can cost.</param>
internal sealed class CheckpointClock(TimeSpan every)
{
    // The share of the time that checkpoints at the end of epochs may take.
    private const double AffordableShare = .05;

    private long _written = Stopwatch.GetTimestamp();
    private TimeSpan _cost;

    /// <summary>Whether one is due before something that takes so long.</summary>
    public bool IsDue(TimeSpan next) => Stopwatch.GetElapsedTime(_written) + next >= every;

    /// <summary>Whether one takes little time, measured by that since the last.</summary>
    public bool IsAffordable => _cost <= AffordableShare * Stopwatch.GetElapsedTime(_written);

    /// <summary>One was written, or could not be; the next is due in so long.</summary>
    /// <param name="cost">Time that it took.</param>
    public void Restart(TimeSpan cost) => (_written, _cost) = (Stopwatch.GetTimestamp(), cost);
}
