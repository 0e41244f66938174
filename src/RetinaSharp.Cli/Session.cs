using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli;

/// <summary>What every verb needs from the process.</summary>
/// <param name="Output">Stdout and stderr.</param>
/// <param name="CancellationToken">Canceled by Ctrl-C and SIGTERM.</param>
internal sealed record Session(Output Output, CancellationToken CancellationToken);
