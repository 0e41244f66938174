using System.Runtime.InteropServices;
using RetinaSharp.Distributed;

namespace RetinaSharp.Cli.Terminal;

/// <summary>
/// Handles Ctrl-C, SIGTERM and SIGUSR1, by which job schedulers announce the end of a job: the first signal cancels <see cref="Token"/>, the second one ends the process. A
/// launcher of several processes sends several signals, and ends them itself if they take too long.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals()
    {
        // .NET has no name for SIGUSR1, but takes the numbers of the operating system.
        PosixSignal[] signals = OperatingSystem.IsLinux() ? [PosixSignal.SIGINT, PosixSignal.SIGTERM, (PosixSignal)10] : [PosixSignal.SIGINT, PosixSignal.SIGTERM];
        _registrations = Array.ConvertAll(signals, signal => PosixSignalRegistration.Create(signal, Handle));
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested || ProcessGroup.IsLaunched;
        _source.Cancel();
    }
}
