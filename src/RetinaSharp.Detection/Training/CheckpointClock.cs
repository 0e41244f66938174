using System.Diagnostics;

namespace RetinaSharp.Detection.Training;

/// <summary>Decides when to write a checkpoint.</summary>
/// <param name="every">Maximum time between two checkpoints, which is the maximum work lost in a crash.</param>
internal sealed class CheckpointClock(TimeSpan every)
{
    // Maximum fraction of the training time spent on checkpoints at the end of epochs.
    private const double AffordableShare = .05;

    private long _written = Stopwatch.GetTimestamp();
    private TimeSpan _cost;

    /// <summary>Whether a checkpoint must be written before an operation, so that the interval is not exceeded.</summary>
    /// <param name="next">Expected duration of the operation.</param>
    public bool IsDue(TimeSpan next) => Stopwatch.GetElapsedTime(_written) + next >= every;

    /// <summary>Whether writing a checkpoint takes little time relative to the time since the last one.</summary>
    public bool IsAffordable => _cost <= AffordableShare * Stopwatch.GetElapsedTime(_written);

    /// <summary>Restarts the interval after a checkpoint was written or failed to be written.</summary>
    /// <param name="cost">Time spent on writing it.</param>
    public void Restart(TimeSpan cost) => (_written, _cost) = (Stopwatch.GetTimestamp(), cost);
}
