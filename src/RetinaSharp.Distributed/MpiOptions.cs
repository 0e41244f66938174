namespace RetinaSharp.Distributed;

/// <summary>Options of an <see cref="MpiProcessGroup"/>.</summary>
public sealed record MpiOptions
{
    /// <summary>
    /// How long a process waits in a collective operation for the slowest one. Then it reports the loss, and ends all processes with <see cref="LostExitCode"/>. Rank 0 may
    /// take minutes to write a checkpoint or to compute metrics while the others wait.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Exit code of all processes if one of them, or the network, is lost: by convention 75 (EX_TEMPFAIL), worth starting again.</summary>
    public int LostExitCode { get; init; } = 75;

    /// <summary>File name or path of the MPI library; null: that of the launcher's kind, or else the first that is found.</summary>
    public string? Library { get; init; }

    /// <summary>
    /// Whether processes wait for each other inside the MPI library, which reacts within microseconds and occupies a CPU core. Otherwise they sleep, and react within
    /// milliseconds.
    /// </summary>
    public bool BusyWait { get; init; }

    /// <summary>Receives the message of a process that gives up, before it ends. Null: stderr.</summary>
    public Action<string>? OnLost { get; init; }
}
