using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli;

/// <summary>What every verb works with.</summary>
/// <param name="Output">Where it writes.</param>
/// <param name="Cancellation">Set by Ctrl-C and SIGTERM.</param>
internal sealed record Session(Output Output, CancellationToken Cancellation);
