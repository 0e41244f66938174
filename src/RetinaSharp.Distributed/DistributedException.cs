namespace RetinaSharp.Distributed;

/// <summary>Thrown if processes cannot work together. The message says why, and what to do.</summary>
public sealed class DistributedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The reason, and the remedy.</param>
    public DistributedException(string message)
        : base(message)
    {
    }

    /// <summary>Whether another process or the network was lost, so that it is worth starting all processes again.</summary>
    public bool IsLost { get; init; }
}
