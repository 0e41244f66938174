using System.Diagnostics;

namespace RetinaSharp.Detection.Training;

/// <summary>Decides when to write a checkpoint.</summary>
/// <param name="every">Maximum time between two checkpoints, which is the maximum work lost in a crash.</param>
internal sealed class CheckpointClock(TimeSpan every)
{
    // Maximum fraction of the training time that is spent on the checkpoints at the end of epochs.
    private const double AffordableShare = .05;

    private long _written = Stopwatch.GetTimestamp();
    private TimeSpan _cost;

    /// <summary>
    /// Returns whether a checkpoint must be written before the next operation, so that the time between two checkpoints does not exceed the maximum.
    /// </summary>
    /// <param name="next">Expected duration of the operation.</param>
    public bool IsDue(TimeSpan next) => Stopwatch.GetElapsedTime(_written) + next >= every;

    /// <summary>Whether a checkpoint costs little: writing the last one took at most 5 % of the time since then.</summary>
    public bool IsAffordable => _cost <= AffordableShare * Stopwatch.GetElapsedTime(_written);

    /// <summary>Starts a new interval. Called after a checkpoint was written, or could not be written.</summary>
    /// <param name="cost">Time spent on writing the checkpoint.</param>
    public void Restart(TimeSpan cost) => (_written, _cost) = (Stopwatch.GetTimestamp(), cost);
}
