using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli;

/// <summary>The output and the cancellation token of the process, which every verb uses.</summary>
/// <param name="Output">Writes to stdout and stderr.</param>
/// <param name="CancellationToken">Canceled by Ctrl-C and SIGTERM.</param>
internal sealed record Session(Output Output, CancellationToken CancellationToken);
