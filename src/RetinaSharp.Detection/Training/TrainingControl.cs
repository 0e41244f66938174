namespace RetinaSharp.Detection.Training;

/// <summary>Lets a callback stop the run.</summary>
public sealed class TrainingControl
{
    /// <summary>Why the run stops; null: it continues.</summary>
    public string? StopReason { get; private set; }

    /// <summary>Stops the run after the current step or epoch. Weights and checkpoint are written, so that it can be resumed.</summary>
    /// <param name="reason">Why, for the log and <see cref="TrainingResult.StopReason"/>.</param>
    public void Stop(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        StopReason ??= reason;
    }
}
