using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli;

/// <summary>The output, the other processes and the cancellation token of the process, which every verb uses.</summary>
/// <param name="Output">Writes to stdout and stderr.</param>
/// <param name="CancellationToken">Canceled by Ctrl-C, SIGTERM and SIGUSR1.</param>
internal sealed record Session(Output Output, CancellationToken CancellationToken)
{
    /// <summary>The processes that a launcher started with the same command line.</summary>
    public Processes Processes { get; } = new(Output);
}
