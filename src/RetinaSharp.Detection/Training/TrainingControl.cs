namespace RetinaSharp.Detection.Training;

/// <summary>Lets a callback stop the training run.</summary>
public sealed class TrainingControl
{
    /// <summary>The reason why the run stops; null if it continues.</summary>
    public string? StopReason { get; private set; }

    /// <summary>Stops the run after the current step or epoch. Weights and a checkpoint are written, so that the run can be resumed.</summary>
    /// <param name="reason">The reason, for the log and <see cref="TrainingResult.StopReason"/>; only the first reason is kept.</param>
    public void Stop(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        StopReason ??= reason;
    }
}
